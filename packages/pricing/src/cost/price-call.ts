import type { CostSource, Usage } from "@composite-llm/contracts";
import type { ModelTarget } from "../model-target.ts";
import { findCatalogPrices } from "./catalog-prices.ts";
import { findOverridePrices, type PriceOverrides } from "./override-prices.ts";
import { costNanoUsd, type UnitPrices } from "./unit-prices.ts";

export interface PricedCall extends ModelTarget {
  /** The model that answered, where the provider said so; its price comes before that of the asked one. */
  servedModel: string | null;
  /** Null when the provider reported none. */
  usage: Usage | null;
  /** When the call was made, ms since 1970: list prices depend on it. */
  atMs: number;
  /** What the provider itself says that the call cost, in US dollars. */
  reportedCostUsd?: number | null;
  overrides?: PriceOverrides;
}

export interface CallCost {
  /** Integer nano-dollars; null when nobody knows a price, never 0 instead. */
  costNanoUsd: number | null;
  costSource: CostSource;
}

/** What a call cost, by the most trusted source: the provider, the operator's prices, the price catalogue. */
export function priceCall(call: PricedCall): CallCost {
  const { reportedCostUsd, usage, overrides } = call;
  if (typeof reportedCostUsd === "number" && Number.isFinite(reportedCostUsd) && reportedCostUsd >= 0) {
    return { costNanoUsd: Math.round(reportedCostUsd * 1e9), costSource: "provider" };
  }
  if (usage === null) return { costNanoUsd: null, costSource: "unpriced" };
  const own = overrides === undefined ? null : ofEither(call, (model) => findOverridePrices(overrides, call.provider, model), true);
  if (own !== null) return { costNanoUsd: costNanoUsd(own, usage), costSource: "override" };
  const listed = ofEither(call, (model) => findCatalogPrices(call.preset ?? call.provider, model, call.atMs), false);
  if (listed !== null) return { costNanoUsd: costNanoUsd(listed, usage), costSource: "catalog" };
  return { costNanoUsd: null, costSource: "unpriced" };
}

/** An operator names the model that is asked for; the catalogue knows the one that answered better. */
function ofEither(call: PricedCall, find: (model: string) => UnitPrices | null, askedFirst: boolean): UnitPrices | null {
  const served = call.servedModel ?? call.model;
  if (served === call.model) return find(served);
  return askedFirst ? (find(call.model) ?? find(served)) : (find(served) ?? find(call.model));
}
