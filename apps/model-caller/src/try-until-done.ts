import { isRetryable, type RetryPolicy, retryDelayMs } from "@composite-llm/core";
import { NO_USAGE, type Params } from "@composite-llm/contracts";
import { NOTHING_OBSERVED } from "@composite-llm/providers";
import type { CellClaim, TryEnd } from "@composite-llm/queue";
import { UNPRICED } from "./add-cost.ts";
import type { CallAbort } from "./call-abort.ts";
import { toCallEnd, toFailure } from "./call-end.ts";
import type { CallDeps } from "./call-deps.ts";
import type { CallProgress } from "./call-progress.ts";
import type { CallTarget } from "./call-target.ts";
import { type RequestEnd, sendRequest } from "./send-request.ts";

/** Retries happen here and nowhere else. A provider that asks for a longer wait than the longest has its answer handed on instead. */
const RETRIES: RetryPolicy & { longestWaitMs: number } = { maxTries: 3, baseDelayMs: 500, maxDelayMs: 8000, longestWaitMs: 20_000 };

/** A call that is not committed here: nobody wants it any more, or this process ends and another one makes it. `last` is how its last try ended. */
export type NotMade = { refused: string } | { handedBack: true; last: TryEnd | null };

/** The end of a call outside any request. */
export function unsentEnd(end: RequestEnd["end"]): RequestEnd {
  return { end, cost: UNPRICED, stream: { attempt: 0, batches: 0 }, unsent: [] };
}

/** Sends the request, again after a failure that may pass, within the call's time. Every request is admitted and announced first. */
export async function tryUntilDone(
  claim: CellClaim,
  target: CallTarget,
  params: Params,
  progress: CallProgress,
  abort: CallAbort,
  deps: CallDeps,
): Promise<RequestEnd | NotMade> {
  const { job, step } = claim;
  let previous: TryEnd | null = null;
  // What is not sent yet goes to another process when this one ends; what is sent is waited for.
  const giveUp = (): void => abort.abort("shutdown");
  for (;;) {
    if (deps.closing.aborted) return { handedBack: true, last: previous };
    deps.closing.addEventListener("abort", giveUp);
    const lease = await deps.admission.admit(job.provider, abort.signal).catch(() => null);
    deps.closing.removeEventListener("abort", giveUp);
    if (lease === null) {
      if (abort.reason === "shutdown") return { handedBack: true, last: previous };
      const failure = toFailure("timeout", "the call's time was over before the provider's limits let it go");
      return unsentEnd(abort.reason === "deadline" ? { kind: "failed", failure, usage: NO_USAGE } : { kind: "cancelled", usage: NO_USAGE });
    }
    progress.admissionWaitMs += lease.waitedMs;
    let ended: RequestEnd;
    try {
      const begun = await deps.desk.begin(claim, progress.tries + 1, previous);
      if (begun.kind === "refused") return { refused: begun.reason };
      progress.tries += 1;
      ended = await sendRequest(claim, target, params, progress, abort, deps);
    } finally {
      lease.release();
    }
    const { end } = ended;
    if (end.kind !== "failed" || progress.tries >= RETRIES.maxTries || !isRetryable(end.failure) || abort.reason !== null) return ended;
    const waitMs = retryDelayMs(RETRIES, progress.tries, deps.random(), end.failure.retryAfterMs);
    if (waitMs > RETRIES.longestWaitMs || waitMs >= job.deadlineMs - deps.desk.clock.now()) return ended;
    previous = { status: "failed", class: end.failure.class, usage: end.usage, ...ended.cost };
    deps.logger.debug({ run: claim.run, step: step.step, class: end.failure.class, waitMs }, "the call is tried again");
    deps.closing.addEventListener("abort", giveUp);
    if (deps.closing.aborted) giveUp();
    const hasWaited = await abort.wait(waitMs);
    deps.closing.removeEventListener("abort", giveUp);
    if (abort.reason === "shutdown") return { handedBack: true, last: previous };
    if (!hasWaited) return unsentEnd(toCallEnd({ kind: "cancelled", usage: null, observed: NOTHING_OBSERVED }, abort.reason));
  }
}
