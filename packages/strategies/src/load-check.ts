import { isRecord } from "@composite-llm/core";
import { z } from "zod";
import { commonOptions } from "./options/common-options.ts";
import type { Strategy } from "./strategy.ts";

/**
 * Whether a module's exports hold a strategy that can be served under this name.
 *
 * @param toProblem gets a sentence that goes on after the file's path
 */
export function checkStrategy<Problem>(
  name: string,
  exports: Readonly<Record<string, unknown>>,
  toProblem: (sentence: string) => Problem,
): Strategy | Problem {
  const candidate = exports["strategy"];
  if (candidate === undefined) return toProblem("has no export named `strategy`; write `export const strategy = defineStrategy({…})`.");
  if (!isStrategy(candidate)) return toProblem(describe(candidate));
  if (candidate.name !== name) {
    return toProblem(`calls its strategy \`${candidate.name}\`, the configuration calls it \`${name}\`; the names must be equal.`);
  }
  const taken = Object.keys(candidate.options.shape).find((option) => Object.hasOwn(commonOptions.shape, option));
  if (taken !== undefined) return toProblem(`defines the option \`${taken}\`, which every strategy already has.`);
  return candidate;
}

function isStrategy(candidate: unknown): candidate is Strategy {
  return describe(candidate) === "";
}

/** The first thing that a strategy must have and the candidate has not; empty when there is none. */
function describe(candidate: unknown): string {
  if (!isRecord(candidate)) return "exports a `strategy` that is not an object; write `export const strategy = defineStrategy({…})`.";
  const { name, description, options, stageNames } = candidate;
  if (typeof name !== "string") return "exports a strategy without a `name`.";
  if (typeof description !== "string" || description.trim() === "") return "exports a strategy without a `description`.";
  if (!(options instanceof z.ZodObject)) return "exports a strategy whose `options` are not a zod 4 object schema.";
  if (stageNames !== undefined && !(Array.isArray(stageNames) && stageNames.every((stage) => typeof stage === "string"))) {
    return "exports a strategy whose `stageNames` are not a list of names.";
  }
  for (const method of ["plan", "run"]) {
    if (typeof candidate[method] !== "function") return `exports a strategy without a function \`${method}\`.`;
  }
  return "";
}
