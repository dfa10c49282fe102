import { NO_USAGE, type Params } from "@composite-llm/contracts";
import { NOTHING_OBSERVED } from "@composite-llm/providers";
import type { CellClaim, TryEnd } from "@composite-llm/queue";
import { UNPRICED } from "./add-cost.ts";
import { admitCall } from "./admit-call.ts";
import type { CallAbort } from "./call-abort.ts";
import { toCallEnd } from "./call-end.ts";
import type { CallDeps } from "./call-deps.ts";
import type { CallProgress } from "./call-progress.ts";
import type { CallTarget } from "./call-target.ts";
import { nextTryMs } from "./next-try.ts";
import type { RequestEnd } from "./send-request.ts";
import { tryOnce } from "./try-once.ts";

/** A key that this process does not know: another one has told the limits of a newer configuration. */
const UNKNOWN_KEY_MS = 500;

/** Where grants keep being late on their way, asking once more does not help. */
const MOST_STALE = 2;

/** A call that is not committed here: nobody wants it any more, this process ends, or it waits for its provider. `last` is how its last try ended. */
export type NotMade = { refused: string } | { left: "handed_back" | "deferred"; last: TryEnd | null };

/** The end of a call outside any request. */
export function unsentEnd(end: RequestEnd["end"]): RequestEnd {
  return { end, cost: UNPRICED, stream: { attempt: 0, batches: 0 }, unsent: [] };
}

/**
 * Sends the request, again after a failure that may pass, within the call's time. Every request is admitted and announced first.
 *
 * @param mayDefer whether the call may be left to wait in nobody's hand
 */
export async function tryUntilDone(
  claim: CellClaim,
  target: CallTarget,
  params: Params,
  mayDefer: boolean,
  progress: CallProgress,
  abort: CallAbort,
  deps: CallDeps,
): Promise<RequestEnd | NotMade> {
  const { job, step } = claim;
  const { closing, clock, logger } = deps;
  let previous: TryEnd | null = null;
  let staleGrants = 0;
  // What is not sent yet goes to another process when this one ends; what is sent is waited for.
  const giveUp = (): void => abort.abort("shutdown");
  const unlessClosing = async <Waited>(wait: () => Promise<Waited>): Promise<Waited> => {
    closing.addEventListener("abort", giveUp);
    if (closing.aborted) giveUp();
    return wait().finally(() => closing.removeEventListener("abort", giveUp));
  };
  const aborted = (): RequestEnd | NotMade =>
    abort.reason === "shutdown"
      ? { left: "handed_back", last: previous }
      : unsentEnd(toCallEnd({ kind: "cancelled", usage: null, observed: NOTHING_OBSERVED }, abort.reason));

  for (;;) {
    if (closing.aborted) return { left: "handed_back", last: previous };
    const askedAtMs = clock.monotonicMs();
    // One that is announced already has only lost its turn on the way: it is about to be sent.
    const admission = await unlessClosing(() => admitCall(claim, target, params, mayDefer && staleGrants === 0, abort, deps));
    const waitedMs = clock.monotonicMs() - askedAtMs;
    if (admission.kind === "deferred") return { left: "deferred", last: previous };
    if (admission.kind !== "granted") {
      // Of one whose time is over, all since it was dispatched, when it was taken up before and put aside.
      const isOver = admission.kind === "refused" && admission.failure.class === "rate_limited";
      progress.waited(waitedMs, isOver && claim.fence > 1 ? deps.desk.clock.now() - job.queuedAtMs : 0);
      return admission.kind === "aborted" ? aborted() : unsentEnd({ kind: "failed", failure: admission.failure, usage: NO_USAGE });
    }
    progress.waited(waitedMs, admission.lease.waitedMs);
    const tried = await tryOnce(claim, target, params, admission.lease, staleGrants >= MOST_STALE, previous, progress, abort, deps);
    if ("refused" in tried) return tried;
    staleGrants = "notSent" in tried && tried.notSent === "stale" ? staleGrants + 1 : 0;
    let waitMs: number | null = 0;
    if ("notSent" in tried) {
      if (tried.notSent === "unknown_key") waitMs = UNKNOWN_KEY_MS;
    } else {
      const { end, cost } = tried;
      if (end.kind !== "failed" || abort.reason !== null) return tried;
      const leftMs = job.deadlineMs - deps.desk.clock.now();
      const tries = progress.tries + (step.tried ?? 0);
      waitMs = nextTryMs({ failure: end.failure, tries, leftMs, hasOtherKey: !target.hasOneKey }, deps.random());
      if (waitMs === null) return tried;
      previous = { status: "failed", class: end.failure.class, usage: end.usage, ...cost };
      logger.debug({ run: claim.run, step: step.step, class: end.failure.class, waitMs }, "the call is tried again");
    }
    await tried.settled;
    const delayMs = waitMs;
    if (delayMs > 0 && !(await unlessClosing(() => abort.wait(delayMs)))) return aborted();
  }
}
