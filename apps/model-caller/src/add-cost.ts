import type { CallCost } from "@composite-llm/pricing";
import { FREE } from "./request-cost.ts";

/** The cost of what nobody has a price for. */
export const UNPRICED: CallCost = { costNanoUsd: null, costSource: "unpriced" };

function isFree({ costNanoUsd, costSource }: CallCost): boolean {
  return costNanoUsd === FREE.costNanoUsd && costSource === FREE.costSource;
}

/**
 * What two tries of a call cost together. A part without a price leaves the whole without one, since a sum of the rest would
 * look like all of it; a try that produced nothing says nothing about where the price of the other came from.
 */
export function addCost(sum: CallCost, more: CallCost): CallCost {
  if (sum.costNanoUsd === null || more.costNanoUsd === null) return UNPRICED;
  if (isFree(more)) return sum;
  if (isFree(sum)) return more;
  return { costNanoUsd: sum.costNanoUsd + more.costNanoUsd, costSource: more.costSource };
}
