import { describe, expect, it } from "vitest";
import { createBlockedCheck } from "./blocked-check.ts";
import type { Waiter } from "./waiters.ts";

const NEVER = { onSettled: () => undefined, onBegun: () => undefined };
const waiter = (sinceMs: number, changes: Partial<Waiter> = {}): Waiter => {
  return {
    run: "r",
    step: "s",
    dispatch: 1,
    provider: "openai",
    sinceMs,
    isBegun: false,
    lookedAtMs: 0,
    isWon: false,
    ...NEVER,
    ...changes,
  };
};

describe("a blocked run", () => {
  it("is one of which every call has waited for two seconds", () => {
    let nowMs = 10_000;
    const isBlocked = createBlockedCheck({ monotonicMs: () => nowMs, isFull: () => false });
    expect(isBlocked([waiter(8_000), waiter(7_000)])).toBe(true);
    expect(isBlocked([waiter(8_000), waiter(8_001)])).toBe(false);
    nowMs += 1;
    expect(isBlocked([waiter(8_000), waiter(8_001)])).toBe(true);
  });

  it("has sent nothing, and waits for something", () => {
    const isBlocked = createBlockedCheck({ monotonicMs: () => 10_000, isFull: () => true });
    expect(isBlocked([waiter(0), waiter(0, { isBegun: true })])).toBe(false);
    expect(isBlocked([])).toBe(false);
  });

  it("need not wait so long behind others, where each of its providers is full", () => {
    const isBlocked = createBlockedCheck({ monotonicMs: () => 10_000, isFull: (provider) => provider === "openai" });
    expect(isBlocked([waiter(9_900)])).toBe(true);
    expect(isBlocked([waiter(9_901)])).toBe(false);
    expect(isBlocked([waiter(9_900), waiter(9_900, { provider: "anthropic" })])).toBe(false);
  });
});
