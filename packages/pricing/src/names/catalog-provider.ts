/** Our preset names and what the price catalogue calls the same vendors. */
const CATALOG_PROVIDERS: Readonly<Record<string, string>> = {
  openai: "openai",
  anthropic: "anthropic",
  openrouter: "openrouter",
  gemini: "google",
  groq: "groq",
  mistral: "mistral",
  deepseek: "deepseek",
  xai: "x-ai",
  together: "together",
  fireworks: "fireworks",
  cerebras: "cerebras",
  "azure-openai": "azure",
};

const PRESETS: ReadonlyMap<string, string> = new Map(Object.entries(CATALOG_PROVIDERS).map(([preset, id]) => [id, preset]));

/** The catalogue's id of a preset's vendor; null for servers of one's own, which have no list price. */
export function toCatalogProvider(preset: string): string | null {
  return Object.hasOwn(CATALOG_PROVIDERS, preset) ? (CATALOG_PROVIDERS[preset] ?? null) : null;
}

/** The preset for a vendor of the catalogue; null for vendors that have none. */
export function toPreset(catalogProvider: string): string | null {
  return PRESETS.get(catalogProvider) ?? null;
}
