/** The wire format that a provider speaks: OpenAI chat completions or Anthropic messages. */
export type ProviderWire = "openai" | "anthropic";

/** How a key is sent: `Authorization: Bearer`, `api-key` (Azure) or `x-api-key` (Anthropic). */
export type ProviderAuth = "bearer" | "api-key-header" | "x-api-key";

/**
 * What of an answer counts against a vendor's limits of tokens: the output that the request asks for at most, counted when it
 * arrives and never given back, or what was used in the end.
 */
export type TokensCounted = "requested" | "used";

/** What is known of a vendor before anybody configures it. */
export interface ProviderPreset {
  name: string;
  wire: ProviderWire;
  /** Null where only the operator can know it. */
  baseUrl: string | null;
  /** The environment variable that may hold the base URL instead. */
  baseUrlVariable: string | null;
  /** The environment variable that holds the key; null where none is usual. */
  keyVariable: string | null;
  /** False for servers that answer without a key. */
  keyRequired: boolean;
  auth: ProviderAuth;
  /** `used` where the vendor does not say. */
  tokensCounted: TokensCounted;
  /** Query parameters that every request carries, such as an API version. */
  query?: Record<string, string>;
}

function vendor(name: string, baseUrl: string, keyVariable: string, tokensCounted: TokensCounted = "used"): ProviderPreset {
  return { name, wire: "openai", baseUrl, baseUrlVariable: null, keyVariable, keyRequired: true, auth: "bearer", tokensCounted };
}

function ownServer(name: string, baseUrl: string | null): ProviderPreset {
  return {
    name,
    wire: "openai",
    baseUrl,
    baseUrlVariable: null,
    keyVariable: null,
    keyRequired: false,
    auth: "bearer",
    tokensCounted: "used",
  };
}

/**
 * Every preset by its name. Base URLs are those of the vendors' documentation for the OpenAI client; own servers have the port
 * that they listen on unless told otherwise. Azure's is per resource (`https://<resource>.openai.azure.com/openai/v1`), where no
 * API version is needed; an address of the older form needs `query: { api-version: … }` in the configuration.
 */
export const PROVIDER_PRESETS: Readonly<Record<string, ProviderPreset>> = {
  openai: vendor("openai", "https://api.openai.com/v1", "OPENAI_API_KEY", "requested"),
  anthropic: {
    name: "anthropic",
    wire: "anthropic",
    baseUrl: "https://api.anthropic.com",
    baseUrlVariable: null,
    keyVariable: "ANTHROPIC_API_KEY",
    keyRequired: true,
    auth: "x-api-key",
    tokensCounted: "used",
  },
  openrouter: vendor("openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
  gemini: vendor("gemini", "https://generativelanguage.googleapis.com/v1beta/openai", "GEMINI_API_KEY"),
  groq: vendor("groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
  mistral: vendor("mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
  deepseek: vendor("deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
  xai: vendor("xai", "https://api.x.ai/v1", "XAI_API_KEY"),
  together: vendor("together", "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
  fireworks: vendor("fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
  cerebras: vendor("cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", "requested"),
  "azure-openai": {
    name: "azure-openai",
    wire: "openai",
    baseUrl: null,
    baseUrlVariable: "AZURE_OPENAI_BASE_URL",
    keyVariable: "AZURE_OPENAI_API_KEY",
    keyRequired: true,
    auth: "api-key-header",
    tokensCounted: "requested",
  },
  "openai-compatible": ownServer("openai-compatible", null),
  ollama: ownServer("ollama", "http://127.0.0.1:11434/v1"),
  vllm: ownServer("vllm", "http://127.0.0.1:8000/v1"),
  "llama-cpp": ownServer("llama-cpp", "http://127.0.0.1:8080/v1"),
  "lm-studio": ownServer("lm-studio", "http://127.0.0.1:1234/v1"),
};
