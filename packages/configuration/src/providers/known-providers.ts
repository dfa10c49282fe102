import { PROVIDER_PRESETS, type ProviderPreset } from "@composite-llm/pricing";
import { nearestName } from "@composite-llm/core";
import type { ConfigurationProblem } from "../configuration-problem.ts";
import type { ProviderEntry } from "../schema/provider-schema.ts";
import type { YamlFile } from "../yaml/read-yaml.ts";

/** A provider of the file, or a preset that the file does not name. */
export interface KnownProvider {
  name: string;
  preset: ProviderPreset;
  /** The file's entry with what it inherits. */
  entry: ProviderEntry;
  /** Where in the file its own address or keys are, for problems: its own name or that of the provider it extends. */
  inFile: boolean;
}

const PRESET_NAMES = Object.keys(PROVIDER_PRESETS).join(", ");

function inherit(parent: ProviderEntry, own: ProviderEntry): ProviderEntry {
  return {
    ...parent,
    ...own,
    query: { ...parent.query, ...own.query },
    params: { ...parent.params, ...own.params },
    limits: { ...parent.limits, ...own.limits, models: { ...parent.limits?.models, ...own.limits?.models } },
    timeouts: { ...parent.timeouts, ...own.timeouts },
  };
}

/**
 * Every provider that can be meant by its name: those of the file, with what they extend put under them, and every
 * preset with a key of its own.
 */
export function collectKnownProviders(
  entries: Readonly<Record<string, ProviderEntry>>,
  file: YamlFile,
): { providers: Map<string, KnownProvider>; problems: ConfigurationProblem[] } {
  const problems: ConfigurationProblem[] = [];
  const providers = new Map<string, KnownProvider>();
  for (const preset of Object.values(PROVIDER_PRESETS)) {
    if (preset.keyVariable !== null) providers.set(preset.name, { name: preset.name, preset, entry: {}, inFile: false });
  }

  const failed = new Set<string>();
  const fail = (name: string, key: string, message: string): null => {
    failed.add(name);
    problems.push(file.problemAt(["providers", name, key], message));
    return null;
  };

  function collect(name: string, extenders: readonly string[]): KnownProvider | null {
    const own = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (own === undefined || failed.has(name)) return failed.has(name) ? null : (providers.get(name) ?? null);
    const done = providers.get(name);
    if (done?.inFile === true) return done;

    let parent: KnownProvider | null = null;
    if (own.extends !== undefined) {
      if ([...extenders, name].includes(own.extends)) return fail(name, "extends", "leads back to itself");
      parent = collect(own.extends, [...extenders, name]);
      if (parent === null) {
        if (failed.has(own.extends)) return null;
        const near = nearestName(own.extends, [...Object.keys(entries), ...providers.keys()]);
        return fail(name, "extends", `names no provider${near === null ? "" : `; did you mean ${near}?`}`);
      }
    }
    const preset = PROVIDER_PRESETS[own.preset ?? parent?.preset.name ?? name];
    if (preset === undefined) {
      const near = nearestName(name, Object.keys(PROVIDER_PRESETS));
      return fail(
        name,
        "preset",
        `is missing${near === null ? "" : ` (is ${name} meant to be ${near}?)`}: there are ${PRESET_NAMES}; extends would do as well`,
      );
    }
    const known = { name, preset, entry: inherit(parent?.entry ?? {}, own), inFile: true };
    providers.set(name, known);
    return known;
  }

  for (const name of Object.keys(entries)) collect(name, []);
  for (const name of failed) providers.delete(name);
  return { providers, problems };
}
