import { calcPrice, type ModelPrice, type TieredPrices } from "@pydantic/genai-prices";
import { BoundedCache } from "../bounded-cache.ts";
import { toCatalogProvider } from "../names/catalog-provider.ts";
import { flatPrice, type TokenPrice, type UnitPrices } from "./unit-prices.ts";

interface Entry {
  minute: number;
  prices: UnitPrices | null;
}

const MINUTE_MS = 60_000;
const entries = new BoundedCache<Entry>();

/**
 * The list price of a preset's model at a time, null where the catalogue has none. Some prices depend on the date or the time
 * of day, to the minute; what was matched is kept that long.
 *
 * @param atMs ms since 1970
 */
export function findCatalogPrices(preset: string, model: string, atMs: number): UnitPrices | null {
  const minute = Math.floor(atMs / MINUTE_MS);
  const entry = entries.get(`${preset}/${model}`, () => ({ minute: Number.NaN, prices: null }));
  if (entry.minute !== minute) {
    entry.minute = minute;
    entry.prices = matchPrices(preset, model, atMs);
  }
  return entry.prices;
}

function matchPrices(preset: string, model: string, atMs: number): UnitPrices | null {
  const providerId = toCatalogProvider(preset);
  if (providerId === null) return null;
  const match = calcPrice({}, model, { providerId, timestamp: new Date(atMs) });
  return match === null ? null : toUnitPrices(match.model_price);
}

function toUnitPrices(price: ModelPrice): UnitPrices | null {
  const input = toTokenPrice(price["input_mtok"]);
  const output = toTokenPrice(price["output_mtok"]);
  if (input === null && output === null) return null;
  const free = flatPrice(0);
  return {
    input: input ?? free,
    cachedInput: toTokenPrice(price["cache_read_mtok"]) ?? input ?? free,
    cacheWrite: toTokenPrice(price["cache_write_mtok"]) ?? input ?? free,
    output: output ?? free,
    reasoning: toTokenPrice(price["output_reasoning_mtok"]) ?? output ?? free,
    perRequest: typeof price["requests_kcount"] === "number" ? Math.round(price["requests_kcount"] * 1e9) : 0,
  };
}

function toTokenPrice(price: number | TieredPrices | undefined): TokenPrice | null {
  if (price === undefined) return null;
  if (typeof price === "number") return flatPrice(price);
  const tiers = price.tiers.toSorted((left, right) => left.start - right.start);
  return { base: flatPrice(price.base).base, tiers: tiers.map((tier) => ({ above: tier.start, price: flatPrice(tier.price).base })) };
}
