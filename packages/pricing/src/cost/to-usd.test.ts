import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { toUsd } from "./to-usd.ts";

describe("toUsd", () => {
  it("prints the exact decimal amount", () => {
    expect(JSON.stringify(toUsd(731_000))).toBe("0.000731");
    expect(JSON.stringify(toUsd(12_300_000_000))).toBe("12.3");
    expect(JSON.stringify(toUsd(1))).toBe("1e-9");
  });

  it("is the number nearest to the amount, for every amount", () => {
    assert(
      property(integer({ min: 0, max: 2 ** 50 }), (nano) => {
        expect(toUsd(nano)).toBe(Number(`${nano}e-9`));
      }),
    );
  });
});
