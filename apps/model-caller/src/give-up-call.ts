import { NO_USAGE } from "@composite-llm/contracts";
import { WORKER_DEATHS } from "@composite-llm/core";
import type { CellClaim } from "@composite-llm/queue";
import type { CallDeps } from "./call-deps.ts";
import { toFailure } from "./call-end.ts";
import { createCallProgress } from "./call-progress.ts";
import { unsentEnd } from "./try-until-done.ts";

/** Commits a call as failed because too many workers died while they made it. */
export async function giveUpCall(claim: CellClaim, counted: { deaths: number; reason: string }, deps: CallDeps): Promise<void> {
  const { desk, logger } = deps;
  const message = `The call was given up: ${counted.deaths} workers died while they made it (the last one: ${counted.reason}).`;
  const failure = { ...toFailure("unavailable", message), code: WORKER_DEATHS };
  const { end, stream, unsent } = unsentEnd({ kind: "failed", failure, usage: NO_USAGE });
  const report = createCallProgress(claim, desk.clock, deps.clock).toReport(end, []);
  const status = await desk.commit(claim, "failed", report, stream, unsent);
  logger.error({ run: claim.run, step: claim.step.step, status, ...counted }, "the call is given up");
}
