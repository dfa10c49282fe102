import type { ProviderState, ScopeState } from "./limits-board.ts";

const MINUTE_MS = 60_000;
/** Tokens of a call where none was seen lately. */
const USUAL_TOKENS = 1000;

/** Use fades with this time, as the scripts have it. */
const USE_MS = 30_000;
/** Of a rate that was hardly measured no more than this is made. */
const LEAST_SHARE = 0.001;

/** What a use that fades makes of a rate that has lasted so long: of one that has just begun it shows next to nothing. */
function shownShare(lastedMs: number): number {
  return Math.max(LEAST_SHARE, 1 - Math.exp(-lastedMs / USE_MS));
}

/** Until when a scope lets nobody in. */
function closedUntil({ blocked, breaker }: ScopeState): number {
  return Math.max(blocked?.untilMs ?? 0, breaker.untilMs ?? 0);
}

/** Calls a minute that a scope lets through; infinite where nothing limits it. */
function callsPerMinute({ effective, use, leases }: ScopeState, share: number): number {
  const perCall = (tokens: number): number => (use.requestsPerMinute < 1 ? USUAL_TOKENS : Math.max(1, tokens / use.requestsPerMinute));
  const { concurrent, requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute, tokensPerMinute } = effective;
  return Math.min(
    requestsPerMinute ?? Infinity,
    (inputTokensPerMinute ?? Infinity) / perCall(use.inputTokensPerMinute),
    (outputTokensPerMinute ?? Infinity) / perCall(use.outputTokensPerMinute),
    (tokensPerMinute ?? Infinity) / perCall(use.inputTokensPerMinute + use.outputTokensPerMinute),
    concurrent !== null && leases >= concurrent ? use.requestsPerMinute / share : Infinity,
  );
}

/**
 * How long a call of a class is expected to wait at a provider; null: nobody can tell. Those who wait in classes behind it are not counted.
 *
 * @param busyMs how long requests have been under way for sure: what is measured of a load that has just begun is too little
 */
export function expectWait(state: ProviderState, model: string, callClass: number, nowMs: number, busyMs: number): number | null {
  const share = shownShare(busyMs);
  const [whole] = state.scopes;
  if (whole === undefined) return null;
  const keys = state.scopes.filter((scope) => scope.key !== null && scope.model === null);
  // Each way to the model: a key, and the model under it where it was used.
  const ways = keys
    .map((key) => [key, ...state.scopes.filter((scope) => scope.key === key.key && scope.model === model)])
    .filter((way) => way.every(({ operation }) => operation === "open"));
  if (whole.operation !== "open" || ways.length === 0) return null;
  const opensAtMs = Math.max(closedUntil(whole), Math.min(...ways.map((way) => Math.max(...way.map(closedUntil)))));
  const ahead = state.waiting.slice(0, callClass + 1).reduce((sum, count) => sum + count, 0);
  const closedMs = Math.max(0, opensAtMs - nowMs);
  if (ahead === 0) return closedMs;
  const rate = Math.min(
    callsPerMinute(whole, share),
    ways.reduce((sum, way) => sum + Math.min(...way.map((scope) => callsPerMinute(scope, share))), 0),
  );
  const passing = Number.isFinite(rate) ? rate : whole.use.requestsPerMinute / share;
  return passing <= 0 ? null : closedMs + (ahead / passing) * MINUTE_MS;
}
