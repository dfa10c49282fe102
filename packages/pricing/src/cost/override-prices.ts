import { type ByModelPattern, ModelPatterns } from "../model-patterns.ts";
import { flatPrice, type UnitPrices } from "./unit-prices.ts";

/** An operator's prices, in US dollars per million tokens. */
export interface PriceOverride {
  input: number;
  output: number;
  /** The input price when absent. */
  cached_input?: number;
  /** The input price when absent. */
  cache_write?: number;
}

/** By `provider/model`, with `*` for any characters. */
export type PriceOverrides = ByModelPattern<PriceOverride>;

const compiled = new WeakMap<PriceOverrides, ModelPatterns<UnitPrices>>();

/** The operator's prices for a model, null where there are none. */
export function findOverridePrices(overrides: PriceOverrides, provider: string, model: string): UnitPrices | null {
  let patterns = compiled.get(overrides);
  if (patterns === undefined) {
    patterns = new ModelPatterns(Object.fromEntries(Object.entries(overrides).map(([key, prices]) => [key, toUnitPrices(prices)])));
    compiled.set(overrides, patterns);
  }
  return patterns.find(provider, model);
}

function toUnitPrices(prices: PriceOverride): UnitPrices {
  return {
    input: flatPrice(prices.input),
    cachedInput: flatPrice(prices.cached_input ?? prices.input),
    cacheWrite: flatPrice(prices.cache_write ?? prices.input),
    output: flatPrice(prices.output),
    reasoning: flatPrice(prices.output),
    perRequest: 0,
  };
}
