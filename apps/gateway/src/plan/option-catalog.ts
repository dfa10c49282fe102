import type { OptionNames } from "@composite-llm/openai-api";
import { commonOptions, type Registry, type StrategyPlanner } from "@composite-llm/strategies/plan";

/** Which options each strategy takes, and whose all the others are. */
export type OptionCatalog = ReadonlyMap<string, OptionNames>;

export function createOptionCatalog(planners: Registry<StrategyPlanner>): OptionCatalog {
  const common = Object.keys(commonOptions.shape);
  return new Map(
    [...planners.values()].map(({ name, options }) => {
      const own = new Set([...common, ...Object.keys(options.shape)]);
      const others = new Map<string, string>();
      for (const other of planners.values()) {
        for (const option of Object.keys(other.options.shape)) if (!own.has(option) && !others.has(option)) others.set(option, other.name);
      }
      return [name, { strategy: name, own, others }];
    }),
  );
}
