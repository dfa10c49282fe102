import { nearestName } from "@composite-llm/core";
import type { z } from "zod";

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

function bounded(word: string, { origin }: { origin: string }, limit: number | bigint): string {
  if (origin === "array") return `must have ${word} ${limit} ${limit === 1 ? "entry" : "entries"}`;
  if (origin === "string") return limit === 1 && word === "at least" ? "must not be empty" : `must have ${word} ${limit} characters`;
  return `must be ${word} ${limit}`;
}

/** The branch of a union that was meant: the first whose kind fits the value. */
function meant(branches: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue | undefined {
  return branches
    .map((issues) => issues[0])
    .find((issue) => issue !== undefined && (issue.path.length > 0 || issue.code !== "invalid_type"));
}

/** Words an issue to be read behind the name of a key. Never quotes the value. Schemas' own messages go before it. */
export const wordIssue: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case "too_small":
      return bounded(issue.inclusive === false ? "more than" : "at least", issue, issue.minimum);
    case "too_big":
      return bounded(issue.inclusive === false ? "less than" : "at most", issue, issue.maximum);
    case "invalid_value": {
      if (issue.input === undefined) return "is missing";
      const known = issue.values.map(String);
      const near = typeof issue.input === "string" ? nearestName(issue.input, known) : null;
      return `must be ${known.length === 1 ? "" : "one of "}${known.join(", ")}${near === null ? "" : `; did you mean ${near}?`}`;
    }
    case "invalid_key":
      return issue.issues[0]?.message ?? "has a name that cannot be used";
    case "invalid_union":
      return meant(issue.errors)?.message ?? "has a kind of value that does not fit";
    default:
      return undefined;
  }
};
