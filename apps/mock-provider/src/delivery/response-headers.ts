import type { Behaviour } from "../behaviour/behaviour.ts";
import type { RateLimits, Wire } from "../wires/wire.ts";

function retryAfter({ retryAfter: asked }: Behaviour, nowMs: number): string | null {
  switch (asked?.kind) {
    case "seconds":
      return String(asked.seconds);
    case "date":
      return new Date(nowMs + asked.seconds * 1000).toUTCString();
    case "junk":
      return "soon";
    default:
      return null;
  }
}

/** Headers of a response besides those of its body. @param limits the real ones, where they are told; directives win over them */
export function toResponseHeaders(
  wire: Wire,
  behaviour: Behaviour,
  requestId: string,
  nowMs: number,
  limits: RateLimits = {},
): Record<string, string> {
  const headers: Record<string, string> = { [wire.requestIdHeader]: requestId };
  const after = retryAfter(behaviour, nowMs);
  if (after !== null) headers["retry-after"] = after;
  if (behaviour.retryAfterMs !== null) headers["retry-after-ms"] = String(behaviour.retryAfterMs);
  if (behaviour.shouldRetry !== null) headers["x-should-retry"] = String(behaviour.shouldRetry);
  const { requestLimit, tokenLimit } = behaviour;
  const told = {
    ...limits,
    ...(requestLimit === null ? {} : { requests: requestLimit }),
    ...(tokenLimit === null ? {} : { tokens: tokenLimit }),
  };
  return { ...headers, ...wire.toRateLimitHeaders(told, nowMs) };
}
