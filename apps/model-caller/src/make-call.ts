import { NO_USAGE } from "@composite-llm/contracts";
import type { CellClaim } from "@composite-llm/queue";
import { createCallAbort } from "./call-abort.ts";
import type { CallDeps } from "./call-deps.ts";
import { toFailure } from "./call-end.ts";
import { createCallProgress } from "./call-progress.ts";
import { leaveCall } from "./leave-call.ts";
import { tryUntilDone, unsentEnd } from "./try-until-done.ts";

/** What a call asks of who holds its job: nothing more, to hand it back, or to put it aside until its provider's limits let it go. */
export type CallOutcome = "done" | "handed_back" | "deferred";

/**
 * Makes one call of a dispatch and commits what came of it, or leaves it: to another process when this one ends, or to wait in nobody's hand for its
 * provider's limits. A job of several calls may have others that are still under way, so that theirs are made by jobs of their own.
 */
export async function makeCall(claim: CellClaim, isAlone: boolean, deps: CallDeps): Promise<CallOutcome> {
  const { desk } = deps;
  const { job, step } = claim;
  const progress = createCallProgress(claim, desk.clock, deps.clock);
  const abort = createCallAbort(job.deadlineMs - progress.startedAtMs, deps.startTimer);
  const endWatch = desk.watch(claim, () => abort.abort("unwanted"));
  try {
    const target = deps.targetOf(job.provider);
    const { params, adjusted } = target?.adapt(step.model, step.params) ?? { params: step.params, adjusted: [] };
    const unknown = toFailure("model_not_found", `no provider ${job.provider} is configured in this process`);
    for (let mayDefer = true; ; mayDefer = false) {
      const ended =
        target === null
          ? unsentEnd({ kind: "failed", failure: unknown, usage: NO_USAGE })
          : await tryUntilDone(claim, target, params, mayDefer, progress, abort, deps);
      if ("left" in ended) {
        const report = progress.toReport({ kind: "cancelled", usage: NO_USAGE }, adjusted);
        const outcome = await leaveCall(claim, ended, report, isAlone, deps);
        if (outcome !== "stays") return outcome;
        continue;
      }
      if ("refused" in ended) {
        deps.logger.debug({ run: claim.run, step: step.step, reason: ended.refused }, "the call is not wanted");
        return "done";
      }
      const { end, stream, unsent } = ended;
      const report = progress.toReport(end, adjusted);
      const status = await desk.commit(claim, end.kind, report, stream, unsent, progress.last);
      const { provider, model, tries, latencyMs, failure } = report;
      deps.logger.info({ run: claim.run, step: step.step, provider, model, status, class: failure?.class, tries, latencyMs }, "call ended");
      return "done";
    }
  } finally {
    endWatch();
    abort.dispose();
  }
}
