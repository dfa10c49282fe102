import type { TokensCounted } from "@composite-llm/pricing";
import type { ModelLimits, ProviderKey, ResolvedProvider, ScopeLimits } from "../configuration.ts";
import { toScopeLimits } from "./resolve-limits.ts";

/** The limits of a provider and of its parts, without its secrets: what those who keep to limits need. */
export interface ProviderLimitSettings {
  adaptive: boolean;
  tokensCounted: TokensCounted;
  /** Of all keys together. */
  limits: ScopeLimits;
  /** The first that fits a model applies. */
  models: readonly ModelLimits[];
  /** At least one: that of a server which needs none is called `none` and has no limits of its own. */
  keys: readonly Pick<ProviderKey, "name" | "weight" | "limits">[];
}

/** Stands for the key of a server that needs none. */
const NO_KEY = "none";

export function toLimitSettings({ limits, keys }: Pick<ResolvedProvider, "limits" | "keys">): ProviderLimitSettings {
  const { adaptive, tokensCounted, models, ...own } = limits;
  return {
    adaptive,
    tokensCounted,
    limits: own,
    models,
    keys:
      keys.length === 0
        ? [{ name: NO_KEY, weight: 1, limits: toScopeLimits() }]
        : keys.map(({ name, weight, limits: ofKey }) => ({ name, weight, limits: ofKey })),
  };
}
