import { assert, integer, nat, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { createPermutation, createRandom } from "./random.ts";

describe("createRandom", () => {
  it("gives the same numbers for the same seed, all in [0, 1)", () => {
    const draw = (seed: number) => Array.from({ length: 100 }, createRandom(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    for (const number of draw(7)) expect(number >= 0 && number < 1).toBe(true);
  });
});

describe("createPermutation", () => {
  it("holds every number once", () => {
    assert(
      property(nat(50), integer(), (length, seed) => {
        const order = createPermutation(length, createRandom(seed));
        expect(order.toSorted((left, right) => left - right)).toEqual(Array.from({ length }, (_, index) => index));
      }),
    );
  });
});
