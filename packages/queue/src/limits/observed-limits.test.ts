import { describe, expect, it } from "vitest";
import type { ObservedLimit, ObservedLimits } from "./limits-desk.ts";
import { settlementKind, toBlockMs, toHeaderFacts, toUsedTokens } from "./observed-limits.ts";

const SILENCE: ObservedLimits = { requests: null, inputTokens: null, outputTokens: null, tokens: null };
const seen = (limit: number | null, remaining: number | null = null, resetMs: number | null = null): ObservedLimit => ({
  limit,
  remaining,
  resetMs,
});

describe("what providers say", () => {
  it.each([null, -1, 0, -86_400_000, Number.NaN, Infinity])("asks for no time by a Retry-After of %s", (retryAfterMs) => {
    expect(toBlockMs(retryAfterMs, SILENCE)).toBeNull();
  });

  it("asks for at most an hour", () => {
    expect(toBlockMs(1500, SILENCE)).toBe(1500);
    expect(toBlockMs(86_400_000, SILENCE)).toBe(3_600_000);
  });

  it("asks by its resets where there is no Retry-After, for a few seconds at most", () => {
    expect(toBlockMs(null, { ...SILENCE, tokens: seen(1000, 0, 700) })).toBe(700);
    expect(toBlockMs(null, { ...SILENCE, requests: seen(600, 0, 60_000) })).toBe(5000);
    expect(toBlockMs(null, { ...SILENCE, requests: seen(600, 3, 60_000) })).toBeNull();
  });

  it("clamps the limits, but not by nonsense", () => {
    const { caps } = toHeaderFacts({ requests: seen(500), inputTokens: seen(-5), outputTokens: seen(0), tokens: seen(1e15) });
    expect(caps).toEqual([500, 0, 0, 0]);
    expect(toHeaderFacts({ ...SILENCE, requests: seen(10, 11) }).caps).toEqual([0, 0, 0, 0]);
    expect(toHeaderFacts({ ...SILENCE, requests: seen(Number.NaN, 0, 1000) })).toEqual({ caps: [0, 0, 0, 0], restMs: 0 });
  });

  it("rests the time of one request where none is left", () => {
    expect(toHeaderFacts({ ...SILENCE, requests: seen(600, 0, 60_000) }).restMs).toBe(100);
    expect(toHeaderFacts({ ...SILENCE, tokens: seen(1000, 0, 300) }).restMs).toBe(300);
    expect(toHeaderFacts({ ...SILENCE, tokens: seen(1000, 0, -1) }).restMs).toBe(0);
  });
});

describe("the end of a call", () => {
  const failed = { kind: "failed", used: null, retryAfterMs: null, observed: SILENCE } as const;

  it("throttles by a 429, an overload, and an outage that says for how long", () => {
    expect(settlementKind({ ...failed, class: "rate_limited" }, null)).toBe("throttled");
    expect(settlementKind({ ...failed, class: "unavailable", overloaded: true }, null)).toBe("throttled");
    expect(settlementKind({ ...failed, class: "unavailable" }, 1000)).toBe("throttled");
    expect(settlementKind({ ...failed, class: "unavailable" }, null)).toBe("unavailable");
    expect(settlementKind({ ...failed, class: "bad_request" }, null)).toBe("failed");
    expect(settlementKind({ ...failed, class: "auth" }, null)).toBe("auth");
    expect(settlementKind({ ...failed, class: "auth", isForbidden: true }, null)).toBe("forbidden");
  });

  it("counts no usage that cannot be", () => {
    const ask = { estimate: { inputTokens: 1000, outputTokens: 200 }, outputCap: null };
    const used = (inputTokens: number, outputTokens: number, outputCap: number | null = null) =>
      toUsedTokens({ kind: "succeeded", used: { inputTokens, outputTokens }, observed: SILENCE }, { ...ask, outputCap });
    expect(used(900, 50)).toEqual([900, 50]);
    expect(used(0, 0)).toEqual([-1, 0]);
    expect(used(10_000, 1e12)).toEqual([5000, 5600]);
    expect(used(900, 1e6, 800)).toEqual([900, 800]);
    expect(used(Number.NaN, -3)).toEqual([-1, -1]);
    expect(toUsedTokens({ kind: "unsent" }, ask)).toEqual([-1, -1]);
  });
});
