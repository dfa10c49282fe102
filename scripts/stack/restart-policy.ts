/** When a service that died is started again. */
export interface RestartPolicy {
  /** So many deaths within `windowMs` are the last ones. */
  maxDeaths: number;
  windowMs: number;
  baseDelayMs: number;
  maxDelayMs: number;
}

export const DEFAULT_RESTART_POLICY: RestartPolicy = { maxDeaths: 5, windowMs: 60_000, baseDelayMs: 200, maxDelayMs: 5_000 };

/**
 * How long to wait before the next start, or null to give up.
 *
 * @param deathsMs when the service died, the latest last; the caller's monotonic time
 */
export function restartDelayMs(policy: RestartPolicy, deathsMs: readonly number[]): number | null {
  const latest = deathsMs.at(-1) ?? 0;
  const recent = deathsMs.filter((deathMs) => latest - deathMs < policy.windowMs).length;
  if (recent >= policy.maxDeaths) return null;
  return Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (recent - 1));
}
