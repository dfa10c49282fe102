import type { z } from "zod";
import { formatPath } from "./format-path.ts";

type Issue = z.core.$ZodIssue;

export interface DescribedIssue {
  path: PropertyKey[];
  /** A sentence that names the field and what it should be. */
  message: string;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
  undefined: "nothing",
};

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return KINDS[typeof value] ?? typeof value;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const segment of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[segment];
  }
  return value;
}

function bounded(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall, word: string, limit: number | bigint): string {
  const bound = `${word} ${limit}`;
  if (issue.origin === "array") return `must have ${bound} ${limit === 1 ? "item" : "items"}`;
  if (issue.origin === "string") return limit === 1 && word === "at least" ? "must not be empty" : `must have ${bound} characters`;
  return `must be ${bound}`;
}

/** What should be otherwise, to be read behind the name of the field. */
function wish(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(value)}`;
    case "too_big":
      return bounded(issue, issue.inclusive === false ? "less than" : "at most", issue.maximum);
    case "too_small":
      return bounded(issue, issue.inclusive === false ? "more than" : "at least", issue.minimum);
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.join(", ")}`;
    case "invalid_key":
      return "has a key that is empty or too long";
    default:
      return issue.message;
  }
}

/** Whether an issue is about the kind of the value as a whole, and so says nothing about what is inside. */
function isAboutKind(issue: Issue | undefined): boolean {
  return issue === undefined || (issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value"));
}

/** The issue in the branch of a union that was meant: the one whose kind fits the value. */
function innermost(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const meant = issue.errors.find((branch) => !isAboutKind(branch[0]))?.[0];
  return meant === undefined ? issue : innermost({ ...meant, path: [...issue.path, ...meant.path] });
}

/** Words of a schema of its own begin with the name of a field in backticks and need no other subject. */
function sentence(field: string, said: string, isMissing: boolean): string {
  if (said.startsWith("`")) return said;
  return isMissing ? `${field} is missing: it ${said.replace(/, not nothing$/, "")}` : `${field} ${said}`;
}

/** @param root the value that was checked */
export function describeIssue(outer: Issue, root: unknown): DescribedIssue {
  const issue = innermost(outer);
  const field = formatPath(issue.path) ?? "The body";
  if (issue.code === "unrecognized_keys") {
    return { path: [...issue.path, issue.keys[0] ?? ""], message: issue.path.length === 0 ? issue.message : `${field}: ${issue.message}` };
  }
  const value = valueAt(root, issue.path);
  const said = wish(issue, value);
  const isMissing = value === undefined && issue.path.length > 0 && !said.startsWith("is missing");
  return { path: issue.path, message: sentence(field, said, isMissing) };
}
