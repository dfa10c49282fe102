import type { RunObject } from "@composite-llm/contracts";
import { invalidRequest } from "@composite-llm/openai-api";
import type { FastifyRequest } from "fastify";
import { reading } from "../runs/reading.ts";
import { findRun } from "./find-run.ts";
import { type Query, textOf } from "./query.ts";
import type { RunsDeps } from "./runs-deps.ts";
import { showRun } from "./show-run.ts";

function wantsErased(query: Query): boolean {
  const erase = textOf(query, "erase") ?? "false";
  if (erase !== "true" && erase !== "false") throw invalidRequest("erase", "erase must be true or false.");
  return erase === "true";
}

/** `DELETE /v1/runs/{id}`: cancels a run that is open; one that had ended stays as it is. With `erase=true` nothing of it is kept. */
export async function deleteRun(deps: RunsDeps, request: FastifyRequest, id: string, query: Query): Promise<RunObject> {
  const { gate } = deps;
  const erase = wantsErased(query);
  const found = await findRun(gate, id, request.caller);
  if (found.endedAtMs === null) await reading(gate.cancel(found.run));
  const shown = await showRun(found.endedAtMs === null ? await findRun(gate, id, request.caller) : found, deps);
  if (!erase) return shown;
  await reading(gate.erase(found.run));
  return { ...shown, result: null, metadata: {} };
}
