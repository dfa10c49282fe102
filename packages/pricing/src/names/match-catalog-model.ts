import { findProvider } from "@pydantic/genai-prices";
import { BoundedCache } from "../bounded-cache.ts";
import { toPreset } from "./catalog-provider.ts";

/** Whose model a bare name is. */
export interface CatalogModel {
  /** A preset's name. */
  provider: string;
  /** The name as it was asked for. */
  model: string;
}

const known = new BoundedCache<CatalogModel | null>();

/**
 * Whose model a bare name is, by the price catalogue's matching (`gpt-4o` → openai, `claude-haiku-4-5` → anthropic). Names
 * that the vendor's own naming covers match before the catalogue has a price for them. Null when no vendor with a preset
 * claims the name.
 */
export function matchCatalogModel(bareName: string): CatalogModel | null {
  return known.get(bareName, () => {
    const vendor = findProvider({ modelId: bareName.toLowerCase() });
    const provider = vendor === undefined ? null : toPreset(vendor.id);
    return provider === null ? null : { provider, model: bareName };
  });
}
