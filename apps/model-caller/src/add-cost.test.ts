import type { CallCost } from "@composite-llm/pricing";
import { describe, expect, it } from "vitest";
import { addCost, UNPRICED } from "./add-cost.ts";
import { FREE } from "./request-cost.ts";

const PRICED: CallCost = { costNanoUsd: 7, costSource: "catalog" };
const OWN_PRICE_OF_ZERO: CallCost = { costNanoUsd: 0, costSource: "override" };

describe("adding the costs of tries", () => {
  it.each([
    ["a free failure and an answer without a price", FREE, UNPRICED, UNPRICED],
    ["a priced try and one without a price", PRICED, UNPRICED, UNPRICED],
    ["a free failure and a priced answer", FREE, PRICED, PRICED],
    ["a free failure and an answer whose price is zero", FREE, OWN_PRICE_OF_ZERO, OWN_PRICE_OF_ZERO],
    ["two free failures", FREE, FREE, FREE],
    ["two priced tries", PRICED, PRICED, { costNanoUsd: 14, costSource: "catalog" }],
  ])("gives the same for %s in both orders", (_title, first, second, together) => {
    expect(addCost(first, second)).toEqual(together);
    expect(addCost(second, first)).toEqual(together);
  });
});
