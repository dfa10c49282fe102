import { describe, expect, it } from "vitest";
import { retryDelayMs } from "./retry.ts";

const policy = { maxTries: 5, baseDelayMs: 100, maxDelayMs: 1000 };

describe("retryDelayMs", () => {
  it("draws from zero to a bound that doubles, up to the longest", () => {
    expect(retryDelayMs(policy, 1, 0.5, null)).toBe(50);
    expect(retryDelayMs(policy, 3, 0.5, null)).toBe(200);
    expect(retryDelayMs(policy, 30, 0.999, null)).toBe(999);
  });

  it("waits at least as long as it was asked to", () => {
    expect(retryDelayMs(policy, 1, 0, 5000)).toBe(5000);
  });
});
