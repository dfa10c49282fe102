import { isRecord, type JsonObject, nearestName } from "@composite-llm/core";
import { type ConfigurationPath, type ConfigurationProblem, formatPath } from "../configuration-problem.ts";
import { checkValue } from "../schema/check-value.ts";
import type { KnownStrategy, StrategySource } from "../strategy-registry.ts";
import type { YamlFile } from "../yaml/read-yaml.ts";

/** Options of a strategy where the file has them. */
export interface PlacedOptions {
  strategy: KnownStrategy;
  /** As the file has them, without the keys that are no options. */
  options: JsonObject;
  path: ConfigurationPath;
  file: YamlFile;
}

/**
 * Checks options by the schemas that requests are checked by. What is missing gets no default and is no problem: the
 * request may bring it. Texts that variables brought are retyped in place.
 *
 * @param otherKeys what else may stand at the same place, for suggestions
 */
export function checkOptions(
  { strategy, options, path, file }: PlacedOptions,
  common: StrategySource["common"],
  otherKeys: readonly string[],
): ConfigurationProblem[] {
  const own: JsonObject = {};
  const shared: JsonObject = {};
  const problems: ConfigurationProblem[] = [];
  const known = [...Object.keys(strategy.options.shape), ...Object.keys(common.shape), ...otherKeys];
  for (const [name, value] of Object.entries(options)) {
    if (Object.hasOwn(strategy.options.shape, name)) own[name] = value;
    else if (Object.hasOwn(common.shape, name)) shared[name] = value;
    else {
      const near = nearestName(name, known);
      const hint = near === null ? "" : `; did you mean ${near}?`;
      problems.push(file.problemAt([...path, name], `is no option of the strategy ${strategy.name}${hint}`, "key"));
    }
  }
  const missing = new Set(known.filter((name) => !(name in own) && !(name in shared)).map((name) => formatPath([...path, name])));
  const found = [...checkValue(strategy.options, own, path, file).problems, ...checkValue(common, shared, path, file).problems];
  problems.push(...found.filter((problem) => !missing.has(problem.path)));
  Object.assign(options, own, shared);
  return problems;
}

/** Policies may only be set for stages that there are. */
export function checkStageNames({ strategy, options, path, file }: PlacedOptions, planned: readonly string[]): ConfigurationProblem[] {
  const known = strategy.stageNames ?? planned;
  if (!isRecord(options["stages"])) return [];
  return Object.keys(options["stages"])
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = nearestName(name, known);
      const hint = near === null ? (known.length === 0 ? "" : `; it has ${known.join(", ")}`) : `; did you mean ${near}?`;
      return file.problemAt([...path, "stages", name], `is no stage of the strategy ${strategy.name}${hint}`, "key");
    });
}
