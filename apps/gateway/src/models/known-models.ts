import type { Configuration } from "@composite-llm/configuration";
import { WELL_KNOWN_MODELS } from "./well-known-models.ts";

/**
 * Names of plain models worth listing: the operator's aliases, every model that the configuration mentions by its provider, and the
 * well-known ones of each provider that can be called.
 */
export function knownModels({ models, providers, profiles }: Configuration): string[] {
  const targets = [...models.aliases.values(), ...models.fallbacks.keys(), ...[...models.fallbacks.values()].flat()];
  const bases = [...profiles.values()].map(({ base }) => base.model);
  const mentioned = [...targets, ...bases].filter((name) => providers.has(name.slice(0, Math.max(0, name.indexOf("/")))));
  const wellKnown = [...providers].flatMap(([name, { preset }]) => (WELL_KNOWN_MODELS[preset] ?? []).map((model) => `${name}/${model}`));
  return [...new Set([...models.aliases.keys(), ...mentioned, ...wellKnown])];
}
