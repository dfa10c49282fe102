/** Later resets than a week are taken for nonsense. */
const MAX_RESET_MS = 7 * 24 * 3600 * 1000;

const UNITS_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/;
const SECONDS = /^\d+(?:\.\d+)?$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

function toMs(text: string, nowMs: number): number {
  if (SECONDS.test(text)) return Number(text) * 1_000;
  if (TIME.test(text)) return Date.parse(text) - nowMs;
  if (!DURATION.test(text)) return Number.NaN;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|[dhms])/g)) ms += Number(amount) * (UNITS_MS[unit ?? ""] ?? Number.NaN);
  return ms;
}

/**
 * When a limit is as at the beginning again: a duration as OpenAI writes it (`20ms`, `1m30s`), seconds (Azure) or a time of
 * RFC 3339 (Anthropic).
 *
 * @param nowMs ms since 1970
 * @returns ms from now; null for what is past, absurd or unreadable
 */
export function parseReset(text: string | undefined, nowMs: number): number | null {
  const ms = toMs(text?.trim() ?? "", nowMs);
  return ms > 0 && ms <= MAX_RESET_MS ? Math.ceil(ms) : null;
}
