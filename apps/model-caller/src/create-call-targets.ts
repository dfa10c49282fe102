import { type Configuration, type ResolvedProvider, toLimitSettings } from "@composite-llm/configuration";
import type { Clock } from "@composite-llm/core";
import { adaptParams, estimateTokens, loadTokenCounter, priceCall } from "@composite-llm/pricing";
import { createProvider, type ProviderDependencies } from "@composite-llm/providers";
import type { CallTarget } from "./call-target.ts";

function toCallTarget(
  resolved: ResolvedProvider,
  models: Configuration["models"],
  deps: ProviderDependencies & { clock: Clock },
): CallTarget {
  const { name, preset, wire, baseUrl, auth, query } = resolved;
  const connection = { preset, wire, baseUrl, auth, query };
  // The limits know keys by their names only; a server that needs none has one of a name all the same.
  const byKey = new Map(
    toLimitSettings(resolved).keys.map((named) => {
      const apiKey = resolved.keys.find((key) => key.name === named.name)?.key ?? null;
      return [named.name, createProvider({ ...connection, apiKey }, deps)];
    }),
  );
  return {
    providerOf: (key) => byKey.get(key) ?? null,
    hasOneKey: byKey.size === 1,
    isSimulated: resolved.simulated,
    timeouts: resolved.timeouts,
    adapt: (model, params) => adaptParams({ provider: name, preset, model }, params, models.capabilities),
    estimate: async (request, learned) => {
      const count = await loadTokenCounter({ preset, model: request.model, isSimulated: resolved.simulated });
      return estimateTokens(request, { preset, count, learned, tokensCounted: resolved.limits.tokensCounted });
    },
    price: (model, spent) =>
      // What the mock provider answers is billed by nobody, but shown as if the vendor had: that is what it is tried for.
      priceCall({ provider: name, preset, model, ...spent, atMs: deps.clock.now(), overrides: models.prices }),
  };
}

/** Every provider of the configuration, ready to be called. */
export function createCallTargets(
  configuration: Configuration,
  deps: ProviderDependencies & { clock: Clock },
): ReadonlyMap<string, CallTarget> {
  return new Map([...configuration.providers].map(([name, resolved]) => [name, toCallTarget(resolved, configuration.models, deps)]));
}
