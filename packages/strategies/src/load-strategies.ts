import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { builtInPlanners } from "./built-in-planners.ts";
import { checkStrategy } from "./load-check.ts";
import { type ImportModule, importWithFallback } from "./load-module.ts";
import type { Strategy } from "./strategy.ts";

export interface StrategyProblem {
  /** As the configuration names it. */
  name: string;
  path: string;
  /** One sentence for whoever wrote the configuration or the module. */
  message: string;
}

/** Why strategies of the configuration cannot be served: all problems at once. */
export class StrategyLoadError extends Error {
  readonly problems: readonly StrategyProblem[];

  constructor(problems: readonly StrategyProblem[]) {
    super(problems.map(({ message }) => message).join("\n"));
    this.name = "StrategyLoadError";
    this.problems = problems;
  }
}

/**
 * Imports the configuration's own strategies: modules in TypeScript (types are stripped, not checked) or JavaScript that
 * export `strategy`. `@composite-llm/strategies` and `zod` resolve for them wherever they lie. A file that was changed
 * since it was last loaded is loaded anew; what it imports is not.
 *
 * @param paths absolute path of each module, by the strategy's name
 * @throws StrategyLoadError
 */
export async function loadStrategies(
  paths: Readonly<Record<string, string>>,
  importModule: ImportModule = importWithFallback,
): Promise<Strategy[]> {
  const outcomes = await Promise.all(Object.entries(paths).map(([name, path]) => loadStrategy(name, path, importModule)));
  const problems = outcomes.filter((outcome) => "message" in outcome);
  if (problems.length > 0) throw new StrategyLoadError(problems);
  return outcomes.flatMap((outcome) => ("message" in outcome ? [] : [outcome]));
}

async function loadStrategy(name: string, path: string, importModule: ImportModule): Promise<Strategy | StrategyProblem> {
  const toProblem = (sentence: string): StrategyProblem => ({ name, path, message: `strategy \`${name}\`: ${sentence}` });
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) return toProblem("a strategy's name is lower-case letters, digits and dashes, a letter first.");
  if (name === "profile" || name === "composite")
    return toProblem(`\`${name}\` has a meaning of its own in model names; choose another name.`);
  if (Object.hasOwn(builtInPlanners, name)) return toProblem("a built-in strategy has this name; choose another one.");
  if (!isAbsolute(path)) return toProblem(`the path ${path} is not absolute.`);

  const file = await stat(path).catch(() => null);
  if (file === null || !file.isFile()) return toProblem(`there is no file ${path}.`);
  const url = pathToFileURL(path);
  url.searchParams.set("modified", String(file.mtimeMs));
  try {
    return checkStrategy(name, await importModule(url.href), (sentence) => toProblem(`${path} ${sentence}`));
  } catch (error) {
    return toProblem(`${path} cannot be loaded: ${toSentence(error)}`);
  }
}

/** The first line of what a foreign module threw. */
function toSentence(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const line = (text.split("\n")[0] ?? "").trim().slice(0, 500);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
