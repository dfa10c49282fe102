import type { Configuration } from "./configuration.ts";
import { type ConfigurationPath, type ConfigurationProblem, formatPath } from "./configuration-problem.ts";
import type { NameContext } from "./names/name-book.ts";
import { lookUpName, type NamedConfiguration } from "./names/resolve-model-name.ts";
import type { PlacedName } from "./profiles/resolve-profiles.ts";
import type { YamlFile } from "./yaml/read-yaml.ts";

/** `proposers[1]` → `["proposers", 1]` */
function toPath(field: string): ConfigurationPath {
  return [...field.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([part, index]) => (index === undefined ? part : Number(index)));
}

interface Found {
  problems: ConfigurationProblem[];
  warnings: string[];
}

/** Looks up every model that the file names. One whose provider has no key is a warning: the rest works without it. */
export function checkNames(
  names: readonly PlacedName[],
  { aliases, fallbacks }: Configuration["models"],
  configuration: NamedConfiguration,
  context: NameContext,
  file: YamlFile,
): Found {
  const problems = new Map<string, ConfigurationProblem>();
  const warnings = new Set<string>();

  const add = (path: ConfigurationPath, message: string): void => {
    // Of a name that a variable brought nothing is repeated.
    const isRepeatable = ![path, [...path, "model"], [...path, "provider"]].some((one) => file.substituted.has(formatPath(one)));
    problems.set(formatPath(path), file.problemAt(path, `names no model that there is${isRepeatable ? `: ${message}` : ""}`));
  };

  for (const { member, field, options } of names) {
    const path = [...options.path, ...toPath(field)];
    const outcome = lookUpName(member, configuration, context);
    if (!("refusal" in outcome)) continue;
    const { reason, message } = outcome.refusal;
    if (reason === "unoffered") warnings.add(`${formatPath(path)}: ${message}`);
    else add(path, message);
  }

  const plain = (path: ConfigurationPath, model: string): void => {
    // An alias that leads to an alias is not followed.
    const outcome = lookUpName({ model }, { ...configuration, models: { aliases: new Map() } }, context);
    if ("refusal" in outcome) {
      if (outcome.refusal.reason === "unknown") add(path, outcome.refusal.message);
    } else if (outcome.resolved.kind !== "model")
      problems.set(formatPath(path), file.problemAt(path, "must be a plain model, not a composite"));
  };
  for (const [alias, target] of aliases) plain(["models", "aliases", alias], target);
  for (const [model, others] of fallbacks) {
    plain(["models", "fallbacks", model], model);
    for (const [index, other] of others.entries()) plain(["models", "fallbacks", model, index], other);
  }

  return { problems: [...problems.values()], warnings: [...warnings] };
}
