export { createProvider } from "./create-provider.ts";
export { NOTHING_OBSERVED, type ObservedLimit, type ObservedLimits } from "./exchange/observed-limits.ts";
export { createHttpFetch, type HttpClient, type HttpFetchOptions } from "./http/create-http-fetch.ts";
export type { HttpFetch, HttpRequestInit, HttpResponse } from "./http/http-fetch.ts";
export type { CallOptions, CallTimeouts, Provider, ProviderConnection, ProviderDependencies, ProviderOutcome } from "./provider.ts";
