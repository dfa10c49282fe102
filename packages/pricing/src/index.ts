export { adaptParams, type AdaptedParams } from "./capabilities/adapt-params.ts";
export type { CapabilityOverride, CapabilityOverrides } from "./capabilities/capability-overrides.ts";
export type { MaxTokensParam } from "./capabilities/model-capabilities.ts";
export type { PriceOverride, PriceOverrides } from "./cost/override-prices.ts";
export { type CallCost, priceCall, type PricedCall } from "./cost/price-call.ts";
export { toUsd } from "./cost/to-usd.ts";
export type { ModelTarget } from "./model-target.ts";
export { type CatalogModel, matchCatalogModel } from "./names/match-catalog-model.ts";
export { PROVIDER_PRESETS, type ProviderAuth, type ProviderPreset, type ProviderWire, type TokensCounted } from "./provider-presets.ts";
