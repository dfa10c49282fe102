import { expect, it } from "vitest";
import { createRandom } from "@composite-llm/core";
import { drawLatencyMs } from "./draw-latency.ts";

it("draws nothing for a fixed latency", () => {
  expect(
    drawLatencyMs({ kind: "fixed", ms: 20 }, () => {
      throw new Error("drawn");
    }),
  ).toBe(20);
});

it("has the asked median and spread when it is log-normal", () => {
  const draws = Array.from({ length: 4000 }, (_, index) =>
    drawLatencyMs({ kind: "lognormal", medianMs: 400, sigma: 0.5 }, () => createRandom(index * 7919)),
  );
  const sorted = draws.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
  expect(at(0.5) / 400).toBeCloseTo(1, 1);
  // One standard deviation above the median lies at 84.1 %.
  expect(at(0.841) / (400 * Math.exp(0.5))).toBeCloseTo(1, 1);
});
