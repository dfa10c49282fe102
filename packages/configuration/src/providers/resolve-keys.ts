import { Secret } from "@composite-llm/core";
import type { ProviderKey } from "../configuration.ts";
import type { ConfigurationProblem } from "../configuration-problem.ts";
import { type Environment, valueOf } from "../environment.ts";
import type { ProviderEntry } from "../schema/provider-schema.ts";
import type { YamlFile } from "../yaml/read-yaml.ts";
import type { KnownProvider } from "./known-providers.ts";
import { toScopeLimits } from "./resolve-limits.ts";

/** The key of mock mode. Secrets are masked wherever they appear, so it is nothing that a text would hold by chance. */
const SIMULATED_KEY = "simulated-provider-key";

/** The keys that a provider really has. */
export function keysOf({ entry, preset }: KnownProvider, env: Environment): ProviderKey[] {
  if (entry.keys !== undefined) {
    return entry.keys
      .filter(({ key }) => key !== "")
      .map(({ name, key, weight, limits }) => ({ name, key: new Secret(key), weight, limits: toScopeLimits(limits) }));
  }
  const key = preset.keyVariable === null ? null : valueOf(env, preset.keyVariable);
  return key === null ? [] : [{ name: "default", key: new Secret(key), weight: 1, limits: toScopeLimits() }];
}

/** Keys of mock mode: as many as the file has, so that their limits and weights can be tried. */
export function simulatedKeysOf({ entry }: KnownProvider): ProviderKey[] {
  if (entry.keys === undefined || entry.keys.length === 0) {
    return [{ name: "mock", key: new Secret(SIMULATED_KEY), weight: 1, limits: toScopeLimits() }];
  }
  return entry.keys.map(({ name, weight, limits }) => ({
    name,
    key: new Secret(`${SIMULATED_KEY}-${name}`),
    weight,
    limits: toScopeLimits(limits),
  }));
}

/** A provider's keys are told apart by their names, in limits and metrics. */
export function checkKeyNames(entries: Readonly<Record<string, ProviderEntry>>, file: YamlFile): ConfigurationProblem[] {
  return Object.entries(entries).flatMap(([provider, { keys = [] }]) => {
    const names = new Set<string>();
    return keys.flatMap(({ name }, index) => {
      const isNew = !names.has(name);
      names.add(name);
      if (isNew) return [];
      return [file.problemAt(["providers", provider, "keys", index, "name"], "is the name of an earlier key too: give each key its own")];
    });
  });
}
