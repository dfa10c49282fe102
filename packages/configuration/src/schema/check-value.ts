import { isRecord, nearestName } from "@composite-llm/core";
import type { z } from "zod";
import { type ConfigurationPath, type ConfigurationProblem, formatPath } from "../configuration-problem.ts";
import type { YamlFile } from "../yaml/read-yaml.ts";
import { knownKeys } from "./known-keys.ts";
import { wordIssue } from "./word-issue.ts";

type Issue = z.core.$ZodIssue;

export interface CheckedValue<Output> {
  /** Null when there are problems. */
  output: Output | null;
  problems: ConfigurationProblem[];
  /** Where they are, from the root of the file. */
  paths: ConfigurationPath[];
}

function toConfigurationPath(path: readonly PropertyKey[]): ConfigurationPath {
  return path.map((part) => (typeof part === "number" ? part : String(part)));
}

/** What a text that a variable brought should be, where something else than text is expected. */
function retype(text: unknown, expected: string): unknown {
  if (typeof text !== "string") return undefined;
  if (expected === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  if (expected !== "number" && expected !== "int") return undefined;
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function parentOf(value: unknown, path: readonly PropertyKey[]): Record<PropertyKey, unknown> | unknown[] | null {
  let parent = value;
  for (const part of path.slice(0, -1)) parent = isRecord(parent) || Array.isArray(parent) ? Reflect.get(parent, part) : null;
  return isRecord(parent) || Array.isArray(parent) ? parent : null;
}

/** Issues of the branches of unions too, with their whole paths. */
function flatten(issue: Issue, base: readonly PropertyKey[] = []): Issue[] {
  const path = [...base, ...issue.path];
  const inner = issue.code === "invalid_union" ? issue.errors.flat().flatMap((one) => flatten(one, path)) : [];
  return [{ ...issue, path }, ...inner];
}

/** Turns texts of variables into the numbers and truth values that the schema wants. @returns whether any was */
function retypeVariables(issues: readonly Issue[], value: unknown, base: ConfigurationPath, file: YamlFile): boolean {
  let any = false;
  for (const issue of issues.flatMap((one) => flatten(one))) {
    if (issue.code !== "invalid_type" || !file.substituted.has(formatPath([...base, ...toConfigurationPath(issue.path)]))) continue;
    const parent = parentOf(value, issue.path);
    const last = issue.path.at(-1);
    if (parent === null || last === undefined) continue;
    const typed = retype(Reflect.get(parent, last), issue.expected);
    if (typed !== undefined) any = Reflect.set(parent, last, typed) || any;
  }
  return any;
}

interface Located {
  path: ConfigurationPath;
  problem: ConfigurationProblem;
}

function locate(schema: z.ZodType, issue: Issue, base: ConfigurationPath, file: YamlFile): Located[] {
  const at = [...base, ...toConfigurationPath(issue.path)];
  if (issue.code !== "unrecognized_keys") {
    return [{ path: at, problem: file.problemAt(at, issue.message, issue.code === "invalid_key" ? "key" : "value") }];
  }
  const known = knownKeys(schema, issue.path);
  return issue.keys.map((key) => {
    const near = nearestName(key, known);
    const path = [...at, key];
    return { path, problem: file.problemAt(path, `is not known${near === null ? "" : `; did you mean ${near}?`}`, "key") };
  });
}

/**
 * Checks a part of the file. The value may be changed: texts that variables brought become numbers or truth values where
 * the schema wants these.
 *
 * @param base where the part is in the file
 */
export function checkValue<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  base: ConfigurationPath,
  file: YamlFile,
): CheckedValue<z.output<Schema>> {
  let result = schema.safeParse(value, { error: wordIssue });
  if (!result.success && retypeVariables(result.error.issues, value, base, file)) result = schema.safeParse(value, { error: wordIssue });
  if (result.success) return { output: result.data, problems: [], paths: [] };
  const located = result.error.issues.flatMap((issue) => locate(schema, issue, base, file));
  return { output: null, problems: located.map(({ problem }) => problem), paths: located.map(({ path }) => path) };
}
