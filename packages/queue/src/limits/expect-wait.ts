import type { ProviderState, ScopeState } from "./limits-board.ts";

const MINUTE_MS = 60_000;
/** Tokens of a call where none was seen lately. */
const USUAL_TOKENS = 1000;

/** Until when a scope lets nobody in. */
function closedUntil({ blocked, breaker }: ScopeState): number {
  return Math.max(blocked?.untilMs ?? 0, breaker.untilMs ?? 0);
}

/** Calls a minute that a scope lets through; infinite where nothing limits it. */
function callsPerMinute({ effective, use, leases }: ScopeState): number {
  const perCall = (tokens: number): number => (use.requestsPerMinute < 1 ? USUAL_TOKENS : Math.max(1, tokens / use.requestsPerMinute));
  const { concurrent, requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute, tokensPerMinute } = effective;
  return Math.min(
    requestsPerMinute ?? Infinity,
    (inputTokensPerMinute ?? Infinity) / perCall(use.inputTokensPerMinute),
    (outputTokensPerMinute ?? Infinity) / perCall(use.outputTokensPerMinute),
    (tokensPerMinute ?? Infinity) / perCall(use.inputTokensPerMinute + use.outputTokensPerMinute),
    concurrent !== null && leases >= concurrent ? use.requestsPerMinute : Infinity,
  );
}

/** How long a call of a class is expected to wait at a provider; null: nobody can tell. Those who wait in classes behind it are not counted. */
export function expectWait(state: ProviderState, model: string, callClass: number, nowMs: number): number | null {
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
    callsPerMinute(whole),
    ways.reduce((sum, way) => sum + Math.min(...way.map(callsPerMinute)), 0),
  );
  const passing = Number.isFinite(rate) ? rate : whole.use.requestsPerMinute;
  return passing <= 0 ? null : closedMs + (ahead / passing) * MINUTE_MS;
}
