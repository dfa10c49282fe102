import { councilPlanner } from "./council/plan.ts";
import { moaPlanner } from "./moa/plan.ts";
import { type Registry, registerByName } from "./registry.ts";
import { singlePlanner } from "./single/plan.ts";
import type { StrategyPlanner } from "./strategy.ts";

export const builtInPlanners: Readonly<Record<string, StrategyPlanner>> = {
  single: singlePlanner,
  moa: moaPlanner,
  council: councilPlanner,
};

/** All strategies whose options and calls can be known: ours and those of the configuration. @throws Error when two have the same name */
export function createPlannerRegistry(userStrategies: Iterable<StrategyPlanner> = []): Registry<StrategyPlanner> {
  return registerByName(Object.values(builtInPlanners), userStrategies);
}
