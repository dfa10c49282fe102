/** Limits of one thing that has any: a provider, one of its keys, or a model under a key. Null: none of this kind. All are positive. */
export interface ScopeLimits {
  /** Requests under way at once. */
  concurrent: number | null;
  requestsPerMinute: number | null;
  inputTokensPerMinute: number | null;
  outputTokensPerMinute: number | null;
  /** Input and output together. */
  tokensPerMinute: number | null;
  /** Days are those of UTC. */
  requestsPerDay: number | null;
  tokensPerDay: number | null;
}

/** What an operator or a preset says about a provider. */
export interface ProviderLimitSettings {
  /** Whether the rate of each model is found by itself, below what is configured. */
  adaptive: boolean;
  /** `requested`: the provider counts prompt and output cap on arrival and gives nothing back. `used`: it counts what was used. */
  tokensCounted: "requested" | "used";
  limits: ScopeLimits;
  /** The first pattern that matches a model counts, for the model under each key; `*` stands for anything. */
  models: readonly { pattern: string; limits: ScopeLimits }[];
  /** At least one. A larger weight is asked first more often. */
  keys: readonly { name: string; weight: number; limits: ScopeLimits }[];
}
