import type { RateLimit } from "../behaviour/behaviour.ts";
import type { RateLimits } from "./wire.ts";

interface HeaderNames {
  limit(kind: string): string;
  remaining(kind: string): string;
  reset(kind: string): string;
  writeReset(limit: RateLimit, nowMs: number): string;
}

/** The vendor's rate limit headers, for the limits that are set. */
export function toRateLimitHeaders(limits: RateLimits, nowMs: number, names: HeaderNames): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [kind, limit] of Object.entries(limits) as [keyof RateLimits, RateLimit | null][]) {
    if (limit === null) continue;
    headers[names.limit(kind)] = String(limit.limit);
    headers[names.remaining(kind)] = String(limit.remaining);
    headers[names.reset(kind)] = names.writeReset(limit, nowMs);
  }
  return headers;
}
