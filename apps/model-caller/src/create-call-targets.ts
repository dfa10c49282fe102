import type { Configuration, ResolvedProvider } from "@composite-llm/configuration";
import type { Clock } from "@composite-llm/core";
import { adaptParams, priceCall } from "@composite-llm/pricing";
import { createProvider, type ProviderDependencies } from "@composite-llm/providers";
import type { CallTarget } from "./call-target.ts";

function toCallTarget(
  resolved: ResolvedProvider,
  models: Configuration["models"],
  deps: ProviderDependencies & { clock: Clock },
): CallTarget {
  const { name, preset, wire, baseUrl, auth, query } = resolved;
  const apiKey = resolved.keys[0]?.key ?? null;
  return {
    provider: createProvider({ preset, wire, baseUrl, apiKey, auth, query }, deps),
    isSimulated: resolved.simulated,
    timeouts: resolved.timeouts,
    adapt: (model, params) => adaptParams({ provider: name, preset, model }, params, models.capabilities),
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
