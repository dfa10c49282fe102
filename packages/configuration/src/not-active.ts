import { isRecord } from "@composite-llm/core";
import { type ConfigurationPath, formatPath } from "./configuration-problem.ts";

/** What the file may already say and nothing obeys yet; `*` stands for any key or index. */
const NOT_ACTIVE: readonly ConfigurationPath[] = [
  ["defaults", "*", "max_cost_usd"],
  ["profiles", "*", "max_cost_usd"],
  ["tools"],
  ["capture"],
  ["telemetry"],
  ["log_file"],
];

function used(value: unknown, pattern: ConfigurationPath, base: ConfigurationPath): ConfigurationPath[] {
  const [part, ...rest] = pattern;
  if (part === undefined) return [base];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : [];
  return entries.flatMap(([key, inner]) => (part === "*" || part === key ? used(inner, rest, [...base, key]) : []));
}

/** The paths of a file that have no effect yet. */
export function listNotActive(file: Readonly<Record<string, unknown>>): string[] {
  return NOT_ACTIVE.flatMap((pattern) => used(file, pattern, [])).map((path) => formatPath(path));
}
