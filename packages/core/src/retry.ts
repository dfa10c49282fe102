export interface RetryPolicy {
  /** Requests in all, the first included. */
  maxTries: number;
  baseDelayMs: number;
  maxDelayMs: number;
}

/**
 * How long to wait before the next request, with full jitter: uniform between 0 and the exponential bound
 * (Brooker, "Exponential Backoff And Jitter", 2015). What the provider asked for is a lower bound.
 *
 * @param tries requests made so far, at least 1
 * @param random uniform in [0, 1)
 */
export function retryDelayMs(policy: RetryPolicy, tries: number, random: number, retryAfterMs: number | null): number {
  const bound = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (tries - 1));
  return Math.max(retryAfterMs ?? 0, Math.round(bound * random));
}
