import { parseReset } from "./parse-reset.ts";

/** What a provider said of one of its limits; null where it said nothing that makes sense. */
export interface ObservedLimit {
  /** How many it allows in its period, which is a minute where the vendor does not say otherwise (Groq: requests of a day). */
  limit: number | null;
  remaining: number | null;
  /** Until everything is back again, which is the whole limit and not the first of it. */
  resetMs: number | null;
}

/** What a provider said of its limits in the headers of a response; null of those that it did not mention. */
export interface ObservedLimits {
  requests: ObservedLimit | null;
  /** Input and output together, or the tightest of a vendor's token limits. */
  tokens: ObservedLimit | null;
  inputTokens: ObservedLimit | null;
  outputTokens: ObservedLimit | null;
}

export const NOTHING_OBSERVED: ObservedLimits = { requests: null, tokens: null, inputTokens: null, outputTokens: null };

type Headers = Readonly<Record<string, string>>;

/** A whole number that a limit may be; nothing else, not even one with a sign or an exponent. */
function parseCount(text: string | undefined, least: number): number | null {
  const count = text !== undefined && /^\d{1,12}$/.test(text.trim()) ? Number(text) : null;
  return count !== null && count >= least ? count : null;
}

function parseLimit(headers: Headers, kind: string, nowMs: number): ObservedLimit | null {
  const read = (part: string): string | undefined =>
    headers[`x-ratelimit-${part}-${kind}`] ?? headers[`anthropic-ratelimit-${kind}-${part}`];
  const limit = parseCount(read("limit"), 1);
  const remaining = parseCount(read("remaining"), 0);
  const resetMs = parseReset(read("reset"), nowMs);
  if (limit === null && remaining === null && resetMs === null) return null;
  // More left than there is at all is nonsense.
  return { limit, remaining: limit !== null && remaining !== null && remaining > limit ? null : remaining, resetMs };
}

/**
 * Reads the headers in which OpenAI (`x-ratelimit-limit-requests`), those who copied them, and Anthropic
 * (`anthropic-ratelimit-requests-limit`) tell their limits. Nonsense is as if it were not there.
 *
 * @param headers names in lower case
 * @param nowMs ms since 1970
 */
export function parseObservedLimits(headers: Headers, nowMs: number): ObservedLimits {
  return {
    requests: parseLimit(headers, "requests", nowMs),
    tokens: parseLimit(headers, "tokens", nowMs),
    inputTokens: parseLimit(headers, "input-tokens", nowMs),
    outputTokens: parseLimit(headers, "output-tokens", nowMs),
  };
}

function age(observed: ObservedLimit | null, byMs: number): ObservedLimit | null {
  if (observed === null || observed.resetMs === null) return observed;
  const resetMs = observed.resetMs - byMs;
  if (resetMs > 0) return { ...observed, resetMs };
  // What was left then is back by now.
  return observed.limit === null ? null : { limit: observed.limit, remaining: null, resetMs: null };
}

/** The same as it is to be read later: headers come before an answer, which may take minutes. */
export function ageObservedLimits({ requests, tokens, inputTokens, outputTokens }: ObservedLimits, byMs: number): ObservedLimits {
  return {
    requests: age(requests, byMs),
    tokens: age(tokens, byMs),
    inputTokens: age(inputTokens, byMs),
    outputTokens: age(outputTokens, byMs),
  };
}
