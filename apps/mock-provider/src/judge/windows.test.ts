import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Charge, countOver, mostInWindow } from "./windows.ts";

const charge = (atMs: number, amount = 1): Charge => ({ atMs, amount });

describe("mostInWindow", () => {
  it("finds the fullest window wherever it lies, not only full minutes", () => {
    const charges = [charge(0), charge(50_000, 3), charge(70_000, 4), charge(110_001)];
    expect(mostInWindow(charges, 60_000)).toBe(7);
  });

  it("holds two charges a whole window apart to be in different ones", () => {
    expect([mostInWindow([charge(0), charge(60_000)], 60_000), mostInWindow([charge(0), charge(59_999)], 60_000)]).toEqual([1, 2]);
  });

  it("is nothing where nothing was", () => {
    expect(mostInWindow([], 60_000)).toBe(0);
  });
});

describe("countOver", () => {
  it("counts those that came too much", () => {
    expect(countOver([charge(0), charge(1), charge(2), charge(60_000)], 60_000, 2)).toBe(2);
    expect(countOver([charge(0), charge(1), charge(2), charge(60_002)], 60_000, 2)).toBe(1);
  });
});

/** Every window of whole milliseconds, one by one. */
function slowlyMost(charges: readonly Charge[], windowMs: number): number {
  const last = Math.max(0, ...charges.map(({ atMs }) => atMs));
  let most = 0;
  for (let from = -windowMs; from <= last; from += 1) {
    const held = charges.filter(({ atMs }) => atMs >= from && atMs < from + windowMs);
    most = Math.max(
      most,
      held.reduce((sum, { amount }) => sum + amount, 0),
    );
  }
  return most;
}

it("agrees with looking at every window and at every charge", () => {
  const charges = fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 200 }), amount: fc.integer({ min: 0, max: 9 }) }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(charges, fc.integer({ min: 1, max: 90 }), fc.integer({ min: 0, max: 60 }), (drawn, windowMs, limit) => {
      expect(mostInWindow(drawn, windowMs)).toBe(slowlyMost(drawn, windowMs));
      const sorted = drawn.toSorted((left, right) => left.atMs - right.atMs);
      const over = sorted.filter((_, index) => {
        const upToIt = sorted.slice(0, index + 1).filter(({ atMs }) => atMs > (sorted[index]?.atMs ?? 0) - windowMs);
        return upToIt.reduce((sum, { amount }) => sum + amount, 0) > limit;
      });
      expect(countOver(drawn, windowMs, limit)).toBe(over.length);
    }),
  );
});
