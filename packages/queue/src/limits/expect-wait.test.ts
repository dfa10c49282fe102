import { describe, expect, it } from "vitest";
import { NO_LIMITS } from "../fixtures/sample-ask.ts";
import { expectWait } from "./expect-wait.ts";
import type { ProviderState, ScopeState } from "./limits-board.ts";

const scope = (changes: Partial<ScopeState> = {}): ScopeState => ({
  key: null,
  model: null,
  operation: "open",
  configured: NO_LIMITS,
  effective: NO_LIMITS,
  use: { requestsPerMinute: 0, inputTokensPerMinute: 0, outputTokensPerMinute: 0, requestsToday: 0, tokensToday: 0 },
  leases: 0,
  blocked: null,
  breaker: { state: "closed", failures: 0, untilMs: null },
  ...changes,
});
const key = (name: string, changes: Partial<ScopeState> = {}): ScopeState => scope({ key: name, ...changes });
const provider = (scopes: ScopeState[], waiting = [0, 0, 0, 0, 0, 0]): ProviderState => ({
  provider: "openai",
  scopes,
  waiting,
  granted: 0,
  learned: [],
});
/** So long that what is measured is what passes. */
const LONG_MS = 1e9;
const blocked = (untilMs: number): Partial<ScopeState> => ({ blocked: { untilMs, reason: "rate_limited" } });

describe("the expected wait", () => {
  it("is nothing where nobody waits", () => {
    expect(expectWait(provider([scope(), key("main")]), "m", 2, 1000, LONG_MS)).toBe(0);
  });

  it("is the time of a block, unless another key is free", () => {
    const held = key("one", { model: "m", ...blocked(5000) });
    expect(expectWait(provider([scope(), key("one"), held]), "m", 2, 1000, LONG_MS)).toBe(4000);
    expect(expectWait(provider([scope(), key("one"), held]), "other", 2, 1000, LONG_MS)).toBe(0);
    expect(expectWait(provider([scope(), key("one"), held, key("two")]), "m", 2, 1000, LONG_MS)).toBe(0);
  });

  it("counts those in front, by what the tightest limit lets through", () => {
    const whole = scope({ effective: { ...NO_LIMITS, requestsPerMinute: 60, tokensPerMinute: 6000 } });
    expect(expectWait(provider([whole, key("main")], [0, 1, 1, 100, 0, 0]), "m", 2, 0, LONG_MS)).toBe(20_000);
    const busy = { ...whole, use: { ...whole.use, requestsPerMinute: 60, inputTokensPerMinute: 3000, outputTokensPerMinute: 3000 } };
    expect(expectWait(provider([busy, key("main")], [0, 1, 1, 100, 0, 0]), "m", 2, 0, LONG_MS)).toBe(2000);
  });

  it("goes by what passed lately where only concurrency limits", () => {
    const full = scope({ leases: 2, effective: { ...NO_LIMITS, concurrent: 2 } });
    expect(expectWait(provider([full, key("main")], [0, 0, 5, 0, 0, 0]), "m", 2, 0, LONG_MS)).toBeNull();
    const use = { ...full.use, requestsPerMinute: 30 };
    expect(expectWait(provider([{ ...full, use }, key("main")], [0, 0, 5, 0, 0, 0]), "m", 2, 0, LONG_MS)).toBe(10_000);
  });

  it("does not take the first calls of a load for all that pass in a minute", () => {
    const full = scope({ leases: 3, effective: { ...NO_LIMITS, concurrent: 3 } });
    // Three calls in the first second, of which a use over 30 s shows six a minute.
    const state = provider([{ ...full, use: { ...full.use, requestsPerMinute: 6 } }, key("main")], [0, 0, 60, 0, 0, 0]);
    expect(expectWait(state, "m", 2, 0, 1000)).toBeLessThan(25_000);
    expect(expectWait(state, "m", 2, 0, 0)).toBeLessThan(1000);
    expect(expectWait(state, "m", 2, 0, LONG_MS)).toBeCloseTo(600_000, 0);
  });

  it("cannot be told where an operator has stopped it", () => {
    expect(expectWait(provider([scope({ operation: "paused" }), key("main")]), "m", 2, 0, LONG_MS)).toBeNull();
    expect(expectWait(provider([scope(), key("main", { operation: "paused" })]), "m", 2, 0, LONG_MS)).toBeNull();
  });
});
