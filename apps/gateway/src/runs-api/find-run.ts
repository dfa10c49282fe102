import { ApiError, isRunId } from "@composite-llm/core";
import type { RunGate, StoredRun } from "@composite-llm/queue";
import type { Caller } from "../auth/key-table.ts";
import { reading } from "../runs/reading.ts";

/** @throws ApiError `run_not_found`, which does not tell a run of somebody else from none; `queue_unavailable` */
export async function findRun(gate: Pick<RunGate, "read">, id: string, caller: Caller): Promise<StoredRun> {
  const stored = isRunId(id) ? await reading(gate.read(id)) : null;
  if (stored !== null && stored.caller === caller.name) return stored;
  throw new ApiError("run_not_found", `There is no run ${id.slice(0, 64)}: it never was, has expired, or is not yours.`);
}
