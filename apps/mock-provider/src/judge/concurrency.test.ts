import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countCrowded, mostAtOnce, openTimeMs, type Span } from "./concurrency.ts";

const span = (fromMs: number, toMs: number | null): Span => ({ fromMs, toMs });

describe("mostAtOnce", () => {
  it("counts what overlaps, and what is still open", () => {
    expect(mostAtOnce([span(0, 10), span(5, 15), span(9, null), span(20, 30)])).toBe(3);
  });

  it("lets one begin where another ends", () => {
    expect(mostAtOnce([span(0, 10), span(10, 20)])).toBe(1);
  });
});

it("counts those that began when the house was full", () => {
  expect(countCrowded([span(0, 10), span(1, 10), span(2, 10), span(10, 20)], 2)).toBe(1);
});

it("adds up the open time inside of an interval", () => {
  expect(openTimeMs([span(0, 10), span(5, null), span(50, 60)], 4, 20)).toBe(6 + 15);
});

/** Looks at every millisecond: spans that are at least one long cover it from its begin on. */
function slowlyMost(spans: readonly Span[]): number {
  let most = 0;
  for (let atMs = 0; atMs <= 120; atMs += 1) {
    most = Math.max(most, spans.filter(({ fromMs, toMs }) => fromMs <= atMs && (toMs === null || toMs > atMs)).length);
  }
  return most;
}

it("agrees with looking at every millisecond", () => {
  const spans = fc.array(
    fc
      .record({ fromMs: fc.integer({ min: 0, max: 60 }), lengthMs: fc.option(fc.integer({ min: 1, max: 50 })) })
      .map(({ fromMs, lengthMs }) => span(fromMs, lengthMs === null ? null : fromMs + lengthMs)),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(spans, fc.integer({ min: 0, max: 10 }), (drawn, limit) => {
      expect(mostAtOnce(drawn)).toBe(slowlyMost(drawn));
      const sorted = drawn.toSorted((left, right) => left.fromMs - right.fromMs);
      const crowded = sorted.filter(
        ({ fromMs }, index) => sorted.slice(0, index + 1).filter(({ toMs }) => toMs === null || toMs > fromMs).length > limit,
      );
      expect(countCrowded(drawn, limit)).toBe(crowded.length);
      expect(openTimeMs(drawn, 10, 90)).toBe(
        Array.from({ length: 80 }, (_, index) => 10 + index).reduce(
          (sum, atMs) => sum + drawn.filter(({ fromMs, toMs }) => fromMs <= atMs && (toMs === null || toMs > atMs)).length,
          0,
        ),
      );
    }),
  );
});
