import { addUsage, type CallReport, NO_USAGE, type Usage } from "@composite-llm/contracts";
import type { Clock } from "@composite-llm/core";
import type { CallCost } from "@composite-llm/pricing";
import type { CellClaim, RedisClock, Spending } from "@composite-llm/queue";
import { addCost, UNPRICED } from "./add-cost.ts";
import type { CallEnd } from "./call-end.ts";

/** What is known of a call while it runs. */
export interface CallProgress {
  readonly startedAtMs: number;
  tries: number;
  admissionWaitMs: number;
  /** From the sending of the last try to its first token. */
  ttftMs: number | null;
  /** What the last try used and cost by itself. */
  readonly last: Spending;
  /** Adds what a try used and cost. */
  spend(usage: Usage, cost: CallCost): void;
  /** Notes that a request leaves now. */
  sent(): void;
  toReport(end: CallEnd, adjusted: string[]): CallReport;
}

export function createCallProgress(claim: CellClaim, redisClock: RedisClock, clock: Clock): CallProgress {
  const { job, step } = claim;
  const startedAtMs = redisClock.now();
  const beganAt = clock.monotonicMs();
  let sentAt: number | null = null;
  let usage = NO_USAGE;
  let cost: CallCost | null = null;
  let last: Spending = { usage: NO_USAGE, ...UNPRICED };
  return {
    startedAtMs,
    tries: 0,
    admissionWaitMs: 0,
    ttftMs: null,
    get last() {
      return last;
    },
    spend: (more, costOfTry) => {
      last = { usage: more, ...costOfTry };
      usage = addUsage(usage, more);
      cost = cost === null ? costOfTry : addCost(cost, costOfTry);
    },
    sent: () => {
      sentAt ??= clock.monotonicMs();
    },
    toReport(end, adjusted) {
      return {
        v: 1,
        step: step.step,
        dispatch: job.dispatch,
        provider: job.provider,
        model: step.model,
        servedModel: end.kind === "succeeded" ? end.result.servedModel : null,
        tries: this.tries,
        queueWaitMs: Math.max(0, startedAtMs - job.queuedAtMs),
        admissionWaitMs: this.admissionWaitMs,
        ttftMs: this.ttftMs,
        latencyMs: Math.round(clock.monotonicMs() - (sentAt ?? beganAt)),
        startedAtMs,
        endedAtMs: redisClock.now(),
        usage,
        ...(cost ?? UNPRICED),
        adjusted,
        result: end.kind === "succeeded" ? end.result : null,
        failure: end.kind === "failed" ? end.failure : null,
      };
    },
  };
}
