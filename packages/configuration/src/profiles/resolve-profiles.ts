import { isRecord, type JsonObject, nearestName } from "@composite-llm/core";
import type { NamedModel, Profile } from "../configuration.ts";
import type { ConfigurationProblem } from "../configuration-problem.ts";
import { splitCompositeName } from "../names/split-composite-name.ts";
import { type ConfigurationFile, defaultsSchema, profileSchema } from "../schema/configuration-schema.ts";
import type { KnownStrategy, StrategySource } from "../strategy-registry.ts";
import type { YamlFile } from "../yaml/read-yaml.ts";
import { checkOptions, checkStageNames, type PlacedOptions } from "./check-options.ts";
import { draftPlan } from "./draft-plan.ts";

/** A model that the options name, and where. */
export interface PlacedName {
  member: NamedModel;
  options: PlacedOptions;
  field: string;
}

export interface ResolvedProfiles {
  defaults: Map<string, JsonObject>;
  profiles: Map<string, Profile>;
  /** To be looked up when all names are known. */
  names: PlacedName[];
  problems: ConfigurationProblem[];
}

const PROFILE_KEYS = Object.keys(profileSchema.shape);
const DEFAULTS_KEYS = Object.keys(defaultsSchema.shape);

function suggestion(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === null ? `; there are ${known.join(", ")}` : `; did you mean ${near}?`;
}

function without(entry: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => !keys.includes(name)));
}

/**
 * Reads the options of strategies in `defaults` and `profiles` by the strategies' own schemas.
 *
 * @param unservable strategies of the file about which enough was said already
 */
export function resolveProfiles(
  content: Pick<ConfigurationFile, "defaults" | "profiles" | "models">,
  strategies: ReadonlyMap<string, KnownStrategy>,
  common: StrategySource["common"],
  file: YamlFile,
  unservable: ReadonlySet<string> = new Set(),
): ResolvedProfiles {
  const strategyNames = new Set([...strategies.keys(), ...unservable]);
  const book = { models: { aliases: new Map(Object.entries(content.models.aliases)) }, strategyNames };
  const isPlain = ({ model }: NamedModel): boolean => splitCompositeName(model, book).kind === "plain";
  const result: ResolvedProfiles = { defaults: new Map(), profiles: new Map(), names: [], problems: [] };

  /** @returns the models that the options name, the final one first; null when they have problems */
  function check(placed: PlacedOptions, otherKeys: readonly string[], inherited: JsonObject): NamedModel[] | null {
    const problems = checkOptions(placed, common, otherKeys);
    const draft = problems.length > 0 ? null : draftPlan(placed.strategy, { ...inherited, ...placed.options });
    if (draft !== null) problems.push(...checkStageNames(placed, draft.stageNames));
    result.problems.push(...problems);
    const named = draft?.named ?? [];
    const own = named.filter(({ field }) => Object.hasOwn(placed.options, field.split(/[.[]/, 1)[0] ?? ""));
    result.names.push(...own.map(({ member, field }) => ({ member, field, options: placed })));
    return problems.length > 0 ? null : named.map(({ member }) => member);
  }

  for (const [name, options] of Object.entries(without(content.defaults, DEFAULTS_KEYS))) {
    const path = ["defaults", name];
    const strategy = strategies.get(name);
    if (unservable.has(name)) continue;
    if (strategy === undefined) {
      const hint = suggestion(name, [...DEFAULTS_KEYS, ...strategies.keys()]);
      result.problems.push(file.problemAt(path, `is neither a default nor a strategy${hint}`, "key"));
    } else if (!isRecord(options)) result.problems.push(file.problemAt(path, "must be a mapping"));
    else {
      check({ strategy, options, path, file }, [], {});
      result.defaults.set(name, options);
    }
  }

  for (const [name, entry] of Object.entries(content.profiles)) {
    const path = ["profiles", name];
    const strategy = strategies.get(entry.strategy);
    if (unservable.has(entry.strategy)) continue;
    if (strategy === undefined) {
      result.problems.push(file.problemAt([...path, "strategy"], `names no strategy${suggestion(entry.strategy, [...strategies.keys()])}`));
      continue;
    }
    const options = without(entry, PROFILE_KEYS);
    const named = check({ strategy, options, path, file }, PROFILE_KEYS, result.defaults.get(entry.strategy) ?? {});
    const optionNames = [...Object.keys(strategy.options.shape), ...Object.keys(common.shape)];
    for (const [index, locked] of entry.locked.entries()) {
      if (optionNames.includes(locked)) continue;
      result.problems.push(
        file.problemAt([...path, "locked", index], `is no option of the strategy ${strategy.name}${suggestion(locked, optionNames)}`),
      );
    }

    const { model, description, locked } = entry;
    const base = model === undefined ? named?.find(isPlain) : { model };
    if (base === undefined && named === null) continue;
    if (base === undefined) result.problems.push(file.problemAt([...path, "model"], "is missing, and no option names a member"));
    else if (!isPlain(base)) result.problems.push(file.problemAt([...path, "model"], "must be a plain model, not a composite"));
    else {
      if (model !== undefined) result.names.push({ member: base, field: "model", options: { strategy, options, path, file } });
      result.profiles.set(name, { name, description, strategy: strategy.name, base, options, locked });
    }
  }
  return result;
}
