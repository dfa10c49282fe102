import { type RunObject, toRunObject } from "@composite-llm/contracts";
import type { Clock } from "@composite-llm/core";
import type { RunGate, StoredRun } from "@composite-llm/queue";
import { reading } from "../runs/reading.ts";

/** The run as it stands, with its stages. @throws ApiError `queue_unavailable` */
export async function showRun(stored: StoredRun, { gate, clock }: { gate: Pick<RunGate, "journal">; clock: Clock }): Promise<RunObject> {
  return toRunObject(stored, await reading(gate.journal(stored.run)), clock.now());
}
