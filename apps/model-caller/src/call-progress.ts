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
  /** Time that it waited for its provider's limits, here and before it was taken up here. */
  readonly admissionWaitMs: number;
  /** From the sending of the last try to its first token. */
  ttftMs: number | null;
  /** What the last try used and cost by itself. */
  readonly last: Spending;
  /** Adds what a try used and cost. */
  spend(usage: Usage, cost: CallCost): void;
  /**
   * Notes that it waited for its provider's limits.
   *
   * @param hereMs since it was asked for here
   * @param inAllMs since it was first asked for, wherever
   */
  waited(hereMs: number, inAllMs: number): void;
  /** Notes that a request leaves now. */
  sent(): void;
  toReport(end: CallEnd, adjusted: string[]): CallReport;
}

export function createCallProgress(claim: CellClaim, redisClock: RedisClock, clock: Clock): CallProgress {
  const { job, step } = claim;
  const startedAtMs = redisClock.now();
  const beganAt = clock.monotonicMs();
  let sentAt: number | null = null;
  let admissionWaitMs = 0;
  let waitedBeforeMs = 0;
  let usage = NO_USAGE;
  let cost: CallCost | null = null;
  let last: Spending = { usage: NO_USAGE, ...UNPRICED };
  return {
    startedAtMs,
    tries: 0,
    get admissionWaitMs() {
      return admissionWaitMs;
    },
    ttftMs: null,
    get last() {
      return last;
    },
    spend: (more, costOfTry) => {
      last = { usage: more, ...costOfTry };
      usage = addUsage(usage, more);
      cost = cost === null ? costOfTry : addCost(cost, costOfTry);
    },
    waited: (hereMs, inAllMs) => {
      const beforeMs = Math.max(0, inAllMs - hereMs);
      waitedBeforeMs += beforeMs;
      admissionWaitMs += Math.round(hereMs + beforeMs);
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
        // What waits for its provider in the queue does not wait for a worker.
        queueWaitMs: Math.max(0, Math.round(startedAtMs - job.queuedAtMs - waitedBeforeMs)),
        admissionWaitMs,
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
