import type { Params } from "@composite-llm/contracts";
import { type Failure, OVER_PROVIDER_LIMIT } from "@composite-llm/core";
import { type Admission, type CellClaim, type Lease, LimitsUnavailable } from "@composite-llm/queue";
import type { CallAbort } from "./call-abort.ts";
import type { CallDeps } from "./call-deps.ts";
import { toFailure } from "./call-end.ts";
import type { CallTarget } from "./call-target.ts";
import { ticketOf, toAsk, waitingJobOf } from "./to-ask.ts";

/** What came of a call's asking. */
export type CallAdmission =
  | { kind: "granted"; lease: Lease }
  /** Its place is kept; more than a moment goes by until its turn. */
  | { kind: "deferred" }
  /** It is not granted within its time, or ever. */
  | { kind: "refused"; failure: Failure }
  /** It was aborted while it waited. */
  | { kind: "aborted" };

type Deferral = Extract<Admission, { kind: "deferred" }>;

/** Between two attempts to ask when the limits' Redis is out. */
const AGAIN_MS = { least: 250, most: 2000 };

/** One that is let go so shortly before its end cannot be answered: it fails in time for its run to say why. */
const LAST_MS = 250;
/** Less is not worth a place outside: it would be taken up again at once. */
const LEAST_DEFERRED_MS = 2000;

const REFUSED = {
  // A client's status, because only the client can mend it.
  too_large: {
    as: { class: "bad_request", status: 400, code: OVER_PROVIDER_LIMIT },
    words: (provider: string, limit: string) => `the limits of ${provider} never let this call go: ${limit}`,
  },
  drained: {
    as: { class: "unavailable", status: null, code: null },
    words: (provider: string) => `an operator has the calls to ${provider} turned away`,
  },
} as const;

/** Why nobody at all is let through for a while, as the limits say it, and what a call that has another place to go to fails with. */
const SHUT: ReadonlyMap<string, Failure["class"]> = new Map([
  ["breaker_open", "unavailable"],
  ["breaker_probing", "unavailable"],
  ["blocked", "rate_limited"],
]);

const NOT_ASKED = "the provider's limits could not be asked within the call's time, and nothing is sent without them";
const NOT_LET_GO = "the call's time was over before the provider's limits let it go";

/**
 * Asks the provider's limits to let a call go. Nothing is sent without their word: while they cannot be asked, it asks again until its time is over.
 *
 * @param mayDefer whether it can wait in nobody's hand; otherwise it waits here for as long as it takes
 */
export async function admitCall(
  claim: CellClaim,
  target: CallTarget,
  params: Params,
  mayDefer: boolean,
  abort: CallAbort,
  deps: CallDeps,
): Promise<CallAdmission> {
  const { run, job, step } = claim;
  const leftMs = job.deadlineMs - deps.desk.clock.now();
  const timeOver = new AbortController();
  const stopTimer = deps.startTimer(leftMs - Math.min(LAST_MS, leftMs / 10), () => timeOver.abort());
  const signal = AbortSignal.any([abort.signal, timeOver.signal]);
  const isDeferrable = mayDefer && leftMs > LEAST_DEFERRED_MS;
  let lastWords = NOT_LET_GO;

  const ended = (): CallAdmission => {
    if (abort.reason !== null && abort.reason !== "deadline") return { kind: "aborted" };
    return { kind: "refused", failure: toFailure(lastWords === NOT_ASKED ? "unavailable" : "rate_limited", lastWords) };
  };
  try {
    for (let delayMs = AGAIN_MS.least; ; delayMs = Math.min(AGAIN_MS.most, delayMs * 2)) {
      if (signal.aborted) return ended();
      try {
        const admission = await deps.limits.admit(await toAsk(claim, target, params, isDeferrable, deps), signal);
        if (admission.kind === "deferred") {
          const inVain = waitsInVain(admission, claim, job.deadlineMs - deps.desk.clock.now());
          if (inVain === null) return { kind: "deferred" };
          await deps.limits.leave({ ticket: ticketOf(claim), provider: job.provider, job: waitingJobOf(claim) });
          return { kind: "refused", failure: inVain };
        }
        if (admission.kind === "granted") return admission;
        const { as, words } = REFUSED[admission.failure];
        return { kind: "refused", failure: { ...toFailure("unavailable", words(job.provider, admission.message)), ...as } };
      } catch (error) {
        if (!signal.aborted && !(error instanceof LimitsUnavailable)) throw error;
        if (error instanceof LimitsUnavailable) lastWords = NOT_ASKED;
        deps.logger.debug({ run, step: step.step, provider: job.provider, err: error }, "not admitted");
      }
      await waitUnless(signal, delayMs * (0.5 + deps.random() / 2), deps);
    }
  } finally {
    stopTimer();
  }
}

/**
 * What a call fails with that would wait in vain; null: it can wait. One that has another place goes there when its provider is shut, or would keep it
 * for more than half of its time.
 */
function waitsInVain({ expectedMs, leastMs, reason }: Deferral, { job, step }: CellClaim, leftMs: number): Failure | null {
  const shutBy = SHUT.get(reason);
  const waitMs = Math.max(expectedMs ?? 0, leastMs);
  const canGo = step.hasFallback === true;
  if (leastMs <= leftMs && !(canGo && (shutBy !== undefined || waitMs > leftMs / 2))) return null;
  const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`;
  const message = `${job.provider} lets this call wait (${reason}), for ${seconds(waitMs)} as it seems, and ${seconds(leftMs)} are left for it`;
  return { ...toFailure(canGo ? (shutBy ?? "rate_limited") : "rate_limited", message), retryAfterMs: waitMs > 0 ? waitMs : null };
}

function waitUnless(signal: AbortSignal, delayMs: number, { startTimer }: Pick<CallDeps, "startTimer">): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) return Promise.resolve();
  const stop = startTimer(delayMs, resolve);
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(stop);
}
