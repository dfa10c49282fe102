import type { StrategyPlanner } from "../strategy.ts";
import { commonOptions } from "./common-options.ts";

/**
 * Options that are parameters of the OpenAI request as well. At the top level of a request the name means the request's
 * own parameter; only in `composite`, `optional_params`, a profile or the defaults it means the option.
 */
export const REQUEST_OWNED_OPTIONS: ReadonlySet<string> = new Set(["temperature"]);

/** The names of all options that these strategies know, the common ones first: what a misspelt name is compared with. */
export function optionNames(planners: Iterable<Pick<StrategyPlanner, "options">>): string[] {
  const names = new Set(Object.keys(commonOptions.shape));
  for (const { options } of planners) for (const name of Object.keys(options.shape)) names.add(name);
  return [...names];
}
