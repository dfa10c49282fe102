import { describe, expect, it } from "vitest";
import { nearestName } from "./nearest-name.ts";

describe("nearestName", () => {
  it("finds what was most likely meant", () => {
    expect(nearestName("agregator", ["proposers", "aggregator"])).toBe("aggregator");
    expect(nearestName("Proposers", ["proposers"])).toBe("proposers");
  });

  it("suggests nothing that is far off", () => {
    expect(nearestName("temperature", ["proposers", "layers"])).toBeNull();
    expect(nearestName("x".repeat(100_000), ["proposers"])).toBeNull();
  });
});
