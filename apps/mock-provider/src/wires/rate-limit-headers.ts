import type { RateLimit } from "../behaviour/behaviour.ts";
import type { Metered } from "../limits/scope-counter.ts";
import type { RateLimits } from "./wire.ts";

interface HeaderNames {
  kinds: readonly Metered[];
  limit(kind: string): string;
  remaining(kind: string): string;
  reset(kind: string): string;
  writeReset(limit: RateLimit, nowMs: number): string;
}

/** The vendor's rate limit headers, for the limits that are set. */
export function toRateLimitHeaders(limits: RateLimits, nowMs: number, names: HeaderNames): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const kind of names.kinds) {
    const limit = limits[kind] ?? null;
    if (limit === null) continue;
    headers[names.limit(kind)] = String(limit.limit);
    headers[names.remaining(kind)] = String(limit.remaining);
    headers[names.reset(kind)] = names.writeReset(limit, nowMs);
  }
  return headers;
}
