import type { Ask, CallSettlement, ObservedLimits } from "./limits-desk.ts";

/** What of a provider's headers is used: limits a minute (0: none said), and ms for which no other request has room. */
export interface HeaderFacts {
  caps: [requests: number, inputTokens: number, outputTokens: number, tokens: number];
  restMs: number;
}

const LARGEST_LIMIT = 1e12;
const LONGEST_BLOCK_MS = 3_600_000;
/** Tokens flow back all the time: more than this is not waited for one request's. */
const LONGEST_TOKEN_REST_MS = 1000;
/** A reset is the time until nothing is used any more; the next request fits long before. */
const LONGEST_RESET_BLOCK_MS = 5000;

function isWithin(value: number | null, least: number, most: number): value is number {
  return value !== null && Number.isFinite(value) && value >= least && value <= most;
}

/** Nonsense is left aside: what is not finite, not positive, or more left than there is. */
export function toHeaderFacts(observed: ObservedLimits): HeaderFacts {
  const { requests, inputTokens, outputTokens, tokens } = observed;
  const facts: HeaderFacts = { caps: [0, 0, 0, 0], restMs: 0 };
  for (const [index, seen] of [requests, inputTokens, outputTokens, tokens].entries()) {
    if (seen === null || !isWithin(seen.limit, 1, LARGEST_LIMIT)) continue;
    if (seen.remaining !== null && !isWithin(seen.remaining, 0, seen.limit)) continue;
    facts.caps[index] = seen.limit;
    if (seen.remaining !== 0 || !isWithin(seen.resetMs, 1, LONGEST_BLOCK_MS)) continue;
    const restMs = index === 0 ? 60_000 / seen.limit : LONGEST_TOKEN_REST_MS;
    facts.restMs = Math.max(facts.restMs, Math.min(seen.resetMs, restMs));
  }
  return facts;
}

/** For how long a provider that turned a call away asked not to be asked; null when it said nothing that can be meant. At most an hour. */
export function toBlockMs(retryAfterMs: number | null, observed: ObservedLimits): number | null {
  if (retryAfterMs !== null && Number.isFinite(retryAfterMs) && retryAfterMs > 0) return Math.min(retryAfterMs, LONGEST_BLOCK_MS);
  const resets = [observed.requests, observed.inputTokens, observed.outputTokens, observed.tokens].flatMap((seen) =>
    seen?.remaining === 0 && isWithin(seen.resetMs, 1, LONGEST_BLOCK_MS) ? [seen.resetMs] : [],
  );
  return resets.length === 0 ? null : Math.min(Math.max(...resets), LONGEST_RESET_BLOCK_MS);
}

/** How a settlement is named to the scripts. */
export function settlementKind(end: CallSettlement, blockMs: number | null): string {
  if (end.kind !== "failed") return end.kind;
  if (end.class === "rate_limited" || end.overloaded === true) return "throttled";
  if (end.class === "unavailable") return blockMs === null ? "unavailable" : "throttled";
  if (end.class === "auth" && end.isForbidden === true) return "forbidden";
  return end.class === "timeout" || end.class === "auth" ? end.class : "failed";
}

/** What is more than this many times the estimate is a mistake in counting, which may not close the provider for hours. */
const MOST_INPUT = 4;
const SPARE_INPUT = 1000;
const MOST_OUTPUT = 8;
const SPARE_OUTPUT = 4000;

type Asked = Pick<Ask, "estimate" | "outputCap">;

/** What was used as the limits count it: -1 where nobody knows, or where it cannot be. An answer cannot be longer than its request let it be. */
export function toUsedTokens(end: CallSettlement, { estimate, outputCap }: Asked): [input: number, output: number] {
  if (end.kind === "unsent" || end.used === null) return [-1, -1];
  const { inputTokens, outputTokens } = end.used;
  const mostInput = estimate.inputTokens * MOST_INPUT + SPARE_INPUT;
  const mostOutput = outputCap ?? estimate.outputTokens * MOST_OUTPUT + SPARE_OUTPUT;
  return [
    isWithin(inputTokens, 1, Number.MAX_VALUE) ? Math.min(Math.round(inputTokens), mostInput) : -1,
    isWithin(outputTokens, 0, Number.MAX_VALUE) ? Math.min(Math.round(outputTokens), mostOutput) : -1,
  ];
}
