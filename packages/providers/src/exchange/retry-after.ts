/** Longer waits than a week are taken for nonsense. */
const MAX_WAIT_MS = 7 * 24 * 3600 * 1000;

function plausible(waitMs: number): number | null {
  return Number.isFinite(waitMs) && waitMs > 0 && waitMs <= MAX_WAIT_MS ? Math.ceil(waitMs) : null;
}

/**
 * How long a provider asks us to wait: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date. Zero, negative,
 * past, absurd and unreadable values say nothing: null.
 *
 * @param headers names in lower case
 * @param nowMs ms since 1970
 */
export function parseRetryAfter(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const inMs = headers["retry-after-ms"]?.trim();
  if (inMs !== undefined && /^\d+(\.\d+)?$/.test(inMs)) return plausible(Number(inMs));
  const value = headers["retry-after"]?.trim();
  if (value === undefined) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return plausible(Number(value) * 1000);
  // A date begins with the name of a day; anything else that Date.parse would take ("-5") is no date.
  return /^[A-Za-z]{3,9},? /.test(value) ? plausible(Date.parse(value) - nowMs) : null;
}
