import { type Failure, isRetryable, type RetryPolicy, retryDelayMs } from "@composite-llm/core";

/** Retries happen here and nowhere else. A provider that asks for a longer wait than the longest has its answer handed on instead. */
const RETRIES: RetryPolicy & { longestWaitMs: number } = { maxTries: 3, baseDelayMs: 500, maxDelayMs: 8000, longestWaitMs: 20_000 };

export interface FailedTry {
  failure: Failure;
  /** Requests so far. */
  tries: number;
  /** Time that is left for the call. */
  leftMs: number;
  /** Whether there is another key to try it with. */
  hasOtherKey: boolean;
}

/**
 * How long to wait before a call is tried again; null when its failure is handed on. One that its provider had no room for asks the limits again at
 * once, which know how long it is to wait, and for which key.
 */
export function nextTryMs({ failure, tries, leftMs, hasOtherKey }: FailedTry, random: number): number | null {
  if (tries >= RETRIES.maxTries || !isRetryable(failure)) return null;
  if (failure.class === "rate_limited") return !hasOtherKey && (failure.retryAfterMs ?? 0) >= leftMs ? null : 0;
  const waitMs = retryDelayMs(RETRIES, tries, random, failure.retryAfterMs);
  return waitMs > RETRIES.longestWaitMs || waitMs >= leftMs ? null : waitMs;
}
