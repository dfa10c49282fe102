import { type Configuration, toLimitSettings } from "@composite-llm/configuration";
import type { Registry, StrategyPlanner } from "@composite-llm/strategies/plan";
import { createKeyTable, type KeyTable } from "./auth/key-table.ts";
import { createModelDirectory, type ModelDirectory } from "./models/model-directory.ts";
import { createOptionCatalog } from "./plan/option-catalog.ts";
import { createPlanner, type Planner } from "./plan/plan-request.ts";

/** Everything that the gateway derives from one configuration. A reload makes a new one; requests under way keep theirs. */
export interface Settings {
  keys: KeyTable;
  /** The operator's; empty where none is set. */
  operator: KeyTable;
  planner: Planner;
  models: ModelDirectory;
  corsOrigins: ReadonlySet<string>;
  /** Names of the keys of each provider that can be called. */
  providerKeys: ReadonlyMap<string, readonly string[]>;
}

export function createSettings(configuration: Configuration, planners: Registry<StrategyPlanner>): Settings {
  const catalog = createOptionCatalog(planners);
  return {
    keys: createKeyTable(configuration.apiKeys),
    operator: createKeyTable(configuration.operatorKey === null ? [] : [{ name: "operator", key: configuration.operatorKey, models: [] }]),
    planner: createPlanner(configuration, planners, catalog),
    models: createModelDirectory({ configuration, planners, catalog }),
    providerKeys: new Map(
      [...configuration.providers].map(([name, provider]) => [name, toLimitSettings(provider).keys.map((key) => key.name)]),
    ),
    corsOrigins: new Set(configuration.server.corsOrigins),
  };
}
