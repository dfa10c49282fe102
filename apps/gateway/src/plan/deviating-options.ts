import { canonicalJson, type JsonObject } from "@composite-llm/core";
import { commonOptions, type StrategyPlanner } from "@composite-llm/strategies/plan";
import { mergeOptions } from "./merge-options.ts";

/** An option's value with its defaults; as it was given where it is not valid. */
function effective(name: string, options: JsonObject, planner: StrategyPlanner): unknown {
  const shape: Readonly<Record<string, { safeParse(value: unknown): { data?: unknown } }>> = {
    ...commonOptions.shape,
    ...planner.options.shape,
  };
  return shape[name]?.safeParse(options[name]).data ?? options[name];
}

/**
 * Of the options that a request sets, those that make a difference. One that says what holds without it counts as not said.
 *
 * @param lower what holds without the request
 */
export function deviatingOptions(asked: JsonObject, lower: JsonObject, planner: StrategyPlanner): JsonObject {
  const merged = mergeOptions(lower, asked);
  const entries = Object.keys(asked).map((name) => [name, effective(name, merged, planner), effective(name, lower, planner)] as const);
  return Object.fromEntries(
    entries.filter(([, said, held]) => canonicalJson(said) !== canonicalJson(held)).map(([name, said]) => [name, said]),
  );
}
