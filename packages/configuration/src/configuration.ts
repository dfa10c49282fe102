import type { JsonObject, Secret } from "@composite-llm/core";
import type { CapabilityOverrides, PriceOverrides, ProviderAuth, ProviderWire, TokensCounted } from "@composite-llm/pricing";

/** A key of one of our own clients. */
export interface ApiKey {
  /** The caller's name in records; stays the same when the key is replaced. */
  name: string;
  key: Secret;
  /** Patterns of the model names that it may use; see `isModelAllowed`. */
  models: readonly string[];
  /** Share of a busy provider next to other callers. */
  weight: number;
  /** Names of the secrets with which its webhooks may be signed; see `webhookSecretsOf`. */
  webhookSecrets: readonly string[];
}

export interface ProviderKey {
  /** One of its provider's keys has it. */
  name: string;
  key: Secret;
  /** Share of the calls next to the provider's other keys. */
  weight: number;
  /** What the provider allows with this key. */
  limits: ScopeLimits;
}

/** What a provider allows in one respect, over all processes; null where nothing is known. Days are those of UTC. */
export interface ScopeLimits {
  concurrent: number | null;
  requestsPerMinute: number | null;
  /** Input and output together. */
  tokensPerMinute: number | null;
  inputTokensPerMinute: number | null;
  outputTokensPerMinute: number | null;
  requestsPerDay: number | null;
  tokensPerDay: number | null;
}

/** Limits of the models of a name; every model has them for itself, with every key. */
export interface ModelLimits {
  /** A model's name at the provider, `*` for any characters. */
  pattern: string;
  limits: ScopeLimits;
}

/** What a provider allows with all of its keys together. */
export interface ProviderLimits extends ScopeLimits {
  /** Whether the provider's own answers may lower and raise the rate. */
  adaptive: boolean;
  /** What of an answer counts against limits of tokens. */
  tokensCounted: TokensCounted;
  /** The first that fits a model applies: whole names come first, then the patterns with the most letters. */
  models: readonly ModelLimits[];
}

/** How long a call may be silent. */
export interface ProviderTimeouts {
  firstTokenMs: number;
  idleMs: number;
}

/** A provider as it is called: everything that preset, file, environment and mock mode decide is decided. */
export interface ResolvedProvider {
  name: string;
  preset: string;
  wire: ProviderWire;
  baseUrl: string;
  /** Empty only where the server needs none. */
  keys: readonly ProviderKey[];
  auth: ProviderAuth;
  query: Readonly<Record<string, string>>;
  /** Parameters that every call carries unless the request sets them. */
  params: JsonObject;
  limits: ProviderLimits;
  timeouts: ProviderTimeouts;
  /** Whether mock-provider answers for it. */
  simulated: boolean;
}

/** A model by name, perhaps with the provider to serve it. */
export interface NamedModel {
  model: string;
  provider?: string | undefined;
}

/** Named settings of a strategy. */
export interface Profile {
  name: string;
  description: string;
  strategy: string;
  /** The base model: where the strategy names none. */
  base: NamedModel;
  /** The options that the file gives, of the strategy and of every strategy, under their wire names, without defaults. */
  options: JsonObject;
  /** Options that a request may not override. */
  locked: readonly string[];
}

/** Everything that `composite.yaml` and the environment decide, with the defaults filled in. */
export interface Configuration {
  /** `mock`: no provider key was found and mock-provider answers for the vendors. */
  mode: "mock" | "real";
  server: { bodyLimitBytes: number; corsOrigins: readonly string[] };
  apiKeys: readonly ApiKey[];
  operatorKey: Secret | null;
  /** Those that can be called. */
  providers: ReadonlyMap<string, ResolvedProvider>;
  /** Those that are known but cannot be called, and what to do about it, as `set OPENAI_API_KEY`. */
  unofferedProviders: ReadonlyMap<string, string>;
  models: {
    aliases: ReadonlyMap<string, string>;
    fallbacks: ReadonlyMap<string, readonly string[]>;
    prices: PriceOverrides;
    capabilities: CapabilityOverrides;
  };
  /** Absolute paths of own strategy modules, by strategy name. */
  strategyModules: ReadonlyMap<string, string>;
  /** Names of all strategies, ours and own ones. */
  strategyNames: ReadonlySet<string>;
  defaults: {
    memberMaxTokens: number;
    totalDeadlineMs: number;
    /** Options by strategy, as in `Profile.options`. */
    strategies: ReadonlyMap<string, JsonObject>;
  };
  profiles: ReadonlyMap<string, Profile>;
  tools: { allow: readonly string[] };
  webhooks: { secrets: ReadonlyMap<string, Secret>; allowPrivate: boolean };
  capture: { content: boolean; redact: readonly string[]; retentionMs: number };
  results: { ttlMs: number };
  telemetry: { otlpUrl: string; jaegerUi: string; sampleRatio: number };
  logFile: { path: string; enabled: boolean };
  /** Paths used in the file that have no effect yet. */
  notActive: readonly string[];
  /** What works less than the file suggests, in sentences: a profile whose member's provider has no key. */
  warnings: readonly string[];
}
