import type { ServerResponse } from "node:http";
import type { RunId } from "@composite-llm/core";
import type { RunGate } from "@composite-llm/queue";
import type { Logger } from "@composite-llm/runtime";
import type { Wish } from "./to-wish.ts";

/** Once the answer is written whole, no retry of the client may adopt the run any more. */
export function confirmDelivery(
  response: ServerResponse,
  run: RunId,
  { twin }: Wish,
  { gate, logger }: { gate: Pick<RunGate, "delivered">; logger: Logger },
): void {
  if (twin === "none") return;
  response.once("finish", () => {
    gate.delivered(run).catch((error: unknown) => logger.warn({ err: error, run }, "a delivery could not be noted"));
  });
}
