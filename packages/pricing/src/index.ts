export { PROVIDER_PRESETS, type ProviderAuth, type ProviderPreset, type ProviderWire } from "./provider-presets.ts";
