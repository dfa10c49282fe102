import { describe, expect, it } from "vitest";
import { DEFAULT_RESTART_POLICY, restartDelayMs } from "./restart-policy.ts";

describe("restartDelayMs", () => {
  it("waits longer after every death", () => {
    const deaths = [0, 1_000, 2_000, 3_000];
    const delays = deaths.map((_, index) => restartDelayMs(DEFAULT_RESTART_POLICY, deaths.slice(0, index + 1)));
    expect(delays).toEqual([200, 400, 800, 1_600]);
  });

  it("gives up at the fifth death within a minute", () => {
    expect(restartDelayMs(DEFAULT_RESTART_POLICY, [0, 10_000, 20_000, 30_000, 59_999])).toBeNull();
  });

  it("forgets deaths that are older than a minute", () => {
    expect(restartDelayMs(DEFAULT_RESTART_POLICY, [0, 10_000, 20_000, 30_000, 70_001])).toBe(800);
  });
});
