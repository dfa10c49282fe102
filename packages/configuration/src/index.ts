export type {
  ApiKey,
  Configuration,
  ModelLimits,
  NamedModel,
  Profile,
  ProviderKey,
  ProviderLimits,
  ProviderTimeouts,
  ResolvedProvider,
  ScopeLimits,
} from "./configuration.ts";
export { ConfigurationError, type ConfigurationProblem } from "./configuration-problem.ts";
export type { Environment } from "./environment.ts";
export { loadConfiguration, type LoadOptions } from "./load-configuration.ts";
export type { NameContext, ResolvedModel } from "./names/name-book.ts";
export { quoteName } from "./names/quote-name.ts";
export { resolveFallbacks } from "./names/resolve-fallbacks.ts";
export { type ResolvedMember, resolveMember, type ResolvedName, resolveModelName } from "./names/resolve-model-name.ts";
export { type ProviderLimitSettings, toLimitSettings } from "./providers/to-limit-settings.ts";
export type { KnownStrategy, StrategySource } from "./strategy-registry.ts";
export { loadDotEnv } from "./load-dot-env.ts";
export { toJsonSchema } from "./schema/to-json-schema.ts";
export { type ConfigurationSource, watchConfiguration, type WatchOptions } from "./watch/watch-configuration.ts";
export { toKeyTable } from "./schema/to-key-table.ts";
export { webhookSecretsOf } from "./webhook-secrets-of.ts";
