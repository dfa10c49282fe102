import type { Configuration } from "@composite-llm/configuration";

/** Names of plain models worth listing: the operator's aliases, and every model that the configuration mentions by its provider. */
export function knownModels({ models, providers, profiles }: Configuration): string[] {
  const targets = [...models.aliases.values(), ...models.fallbacks.keys(), ...[...models.fallbacks.values()].flat()];
  const bases = [...profiles.values()].map(({ base }) => base.model);
  const named = [...targets, ...bases].filter((name) => providers.has(name.slice(0, Math.max(0, name.indexOf("/")))));
  return [...new Set([...models.aliases.keys(), ...named])];
}
