import type { CallReport } from "@composite-llm/contracts";
import type { CellClaim } from "@composite-llm/queue";
import type { CallDeps } from "./call-deps.ts";
import type { CallOutcome } from "./make-call.ts";
import { ticketOf, waitingJobOf } from "./to-ask.ts";
import type { NotMade } from "./try-until-done.ts";

/** Of a call that another process took up meanwhile, the place is that one's. */
const ANOTHERS = "fenced";

/**
 * Leaves a call that is not made here. Its own job is kept for one that was not tried yet. Any other is given up, so that its run dispatches it anew,
 * alone and with the number of its tries; its place among those who wait is that of the step. `stays`: nobody else would make it, and it shares its job.
 *
 * @param report of its tries so far
 */
export async function leaveCall(
  claim: CellClaim,
  { left, last }: Extract<NotMade, { left: string }>,
  report: CallReport,
  isAlone: boolean,
  deps: CallDeps,
): Promise<CallOutcome | "stays"> {
  const { desk, logger } = deps;
  const leaveQueue = async (why: string): Promise<void> => {
    const call = { ticket: ticketOf(claim), provider: claim.job.provider, job: waitingJobOf(claim) };
    if (left === "deferred" && why !== ANOTHERS) await deps.limits.leave(call);
  };
  if (isAlone && last === null) {
    if (left === "handed_back") return left;
    const noted = await desk.wait(claim);
    if (noted.kind === "noted") return left;
    await leaveQueue(noted.reason);
    return "done";
  }
  const status = await desk.giveUp(claim, last === null ? undefined : { last, report });
  logger.info({ run: claim.run, step: claim.step.step, left, status, tries: report.tries }, "the call is left to a job of its own");
  // Its stage goes on without it, and nobody else would make it.
  if (status === "kept") return left === "deferred" && !isAlone ? "stays" : left;
  if (status !== "lost") await leaveQueue(status);
  return "done";
}
