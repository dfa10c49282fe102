import { createRandom } from "@composite-llm/core";
import { describe, expect, it } from "vitest";
import { orderKeys } from "./order-keys.ts";

const DRAWS = 20_000;

describe("the order of keys", () => {
  it("puts each key first in proportion to its weight, and second in proportion among those left", () => {
    const random = createRandom(7);
    const keys = [
      { name: "a", weight: 5 },
      { name: "b", weight: 3 },
      { name: "c", weight: 2 },
    ];
    const orders = Array.from({ length: DRAWS }, () => orderKeys(keys, random));
    const shareFirst = (name: string) => orders.filter(([first]) => first === name).length / DRAWS;
    expect(shareFirst("a")).toBeCloseTo(0.5, 1);
    expect(shareFirst("b")).toBeCloseTo(0.3, 1);
    expect(shareFirst("c")).toBeCloseTo(0.2, 1);
    const behindA = orders.filter(([first]) => first === "a");
    expect(behindA.filter(([, second]) => second === "b").length / behindA.length).toBeCloseTo(0.6, 1);
  });

  it("has every key once, also at the ends of what is drawn", () => {
    const keys = Array.from({ length: 5 }, (_, index) => ({ name: `k${index}`, weight: index + 1 }));
    for (const draw of [0, 1 - 2 ** -53]) expect(orderKeys(keys, () => draw).toSorted()).toEqual(["k0", "k1", "k2", "k3", "k4"]);
    expect(orderKeys([], createRandom(1))).toEqual([]);
  });
});
