import { isRecord } from "@composite-llm/core";
import type { ConfigurationPath, ConfigurationProblem } from "../configuration-problem.ts";
import type { YamlFile } from "../yaml/read-yaml.ts";
import { checkValue } from "./check-value.ts";
import { type ConfigurationFile, configurationSchema } from "./configuration-schema.ts";

function valueAt(root: unknown, path: ConfigurationPath): unknown {
  let value = root;
  for (const part of path) value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, part) : undefined;
  return value;
}

/** Takes out the key of a path; where that is missing or in a list, the nearest key around it. @returns whether one was */
function remove(root: unknown, path: ConfigurationPath): boolean {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = valueAt(root, path.slice(0, length - 1));
    const key = path[length - 1];
    if (key !== undefined && isRecord(parent) && Object.hasOwn(parent, key)) return Reflect.deleteProperty(parent, key);
  }
  return false;
}

/**
 * Checks the whole file. What has problems is left out, so that the rest can be looked at too and everything is reported
 * at once.
 */
export function checkFile(
  raw: Readonly<Record<string, unknown>>,
  file: YamlFile,
): { content: ConfigurationFile; problems: ConfigurationProblem[] } {
  const value: Record<string, unknown> = structuredClone(raw);
  const first = checkValue(configurationSchema, value, [], file);
  let checked = first;
  while (checked.output === null) {
    const removed = checked.paths.filter((path) => remove(value, path));
    value["version"] = 1;
    checked = checkValue(configurationSchema, removed.length === 0 ? { version: 1 } : value, [], file);
  }
  return { content: checked.output, problems: first.problems };
}
