import { council } from "./council/strategy.ts";
import { moa } from "./moa/strategy.ts";
import { type Registry, registerByName } from "./registry.ts";
import { single } from "./single/strategy.ts";
import type { Strategy } from "./strategy.ts";

export const builtInStrategies: Readonly<Record<string, Strategy>> = { single, moa, council };

/** All strategies that can be executed: ours and those of the configuration. @throws Error when two have the same name */
export function createRegistry(userStrategies: Iterable<Strategy> = []): Registry<Strategy> {
  return registerByName(Object.values(builtInStrategies), userStrategies);
}
