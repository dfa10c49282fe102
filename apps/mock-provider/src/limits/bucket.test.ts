import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bucket } from "./bucket.ts";

describe("Bucket", () => {
  it("gives a second's worth at once and then as much as flows in", () => {
    const bucket = new Bucket({ perMinute: 600, burstSeconds: 1 }, 0);
    for (let taken = 0; taken < 10; taken += 1) {
      expect(bucket.waitMs(1, 0)).toBe(0);
      bucket.take(1, 0);
    }
    expect(bucket.waitMs(1, 0)).toBeCloseTo(100);
    expect(bucket.waitMs(1, 100)).toBe(0);
    expect(bucket.fullMs(100)).toBeCloseTo(900);
  });

  it("gives one at once however low the limit is, and a whole minute's when it is told to", () => {
    expect(new Bucket({ perMinute: 2, burstSeconds: 1 }, 0).level(0)).toBe(1);
    expect(new Bucket({ perMinute: 2, burstSeconds: 60 }, 0).level(0)).toBe(2);
  });

  it("lets through what is larger than itself when it is full, as a debt", () => {
    const bucket = new Bucket({ perMinute: 600, burstSeconds: 1 }, 0);
    expect(bucket.waitMs(50, 0)).toBe(0);
    bucket.take(50, 0);
    expect(bucket.waitMs(1, 0)).toBeCloseTo(4100);
  });

  it("keeps its level when its size changes, as far as it fits", () => {
    const bucket = new Bucket({ perMinute: 600, burstSeconds: 1 }, 0);
    bucket.take(4, 0);
    bucket.resize({ perMinute: 1200, burstSeconds: 1 }, 0);
    expect(bucket.level(0)).toBe(6);
    bucket.resize({ perMinute: 60, burstSeconds: 1 }, 0);
    expect(bucket.level(0)).toBe(1);
  });

  it("never gives more than its capacity and what flowed in, in any time between two of its gifts", () => {
    const moves = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 60 }), moves, (perMinute, burstSeconds, steps) => {
        const bucket = new Bucket({ perMinute, burstSeconds }, 0);
        const capacity = Math.max(1, (perMinute * burstSeconds) / 60);
        let nowMs = 0;
        const given: { atMs: number; amount: number }[] = [];
        for (const [pauseMs, amount] of steps) {
          nowMs += pauseMs;
          if (amount > capacity || bucket.waitMs(amount, nowMs) > 0) continue;
          bucket.take(amount, nowMs);
          given.push({ atMs: nowMs, amount });
        }
        for (const [first, { atMs }] of given.entries()) {
          let sum = 0;
          for (const later of given.slice(first)) {
            sum += later.amount;
            expect(sum).toBeLessThanOrEqual(capacity + ((later.atMs - atMs) * perMinute) / 60_000 + 0.001);
          }
        }
      }),
    );
  });
});
