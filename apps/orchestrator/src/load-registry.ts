import { readFile } from "node:fs/promises";
import { type Configuration, loadConfiguration } from "@composite-llm/configuration";
import { matchCatalogModel } from "@composite-llm/pricing";
import type { Environment } from "@composite-llm/runtime";
import { createRegistry, type Registry, type Strategy } from "@composite-llm/strategies";
import { loadStrategies } from "@composite-llm/strategies/load";
import { builtInPlanners, commonOptions } from "@composite-llm/strategies/plan";

/** Loads the configuration and the strategies that it names. Of it only strategies and webhooks matter here: a plan says everything else about a run. */
export async function loadRegistry(env: Environment): Promise<{ configuration: Configuration; registry: Registry<Strategy> }> {
  const strategies = { common: commonOptions, builtIn: builtInPlanners, load: loadStrategies };
  const configuration = await loadConfiguration({ env, readFile: (path) => readFile(path, "utf8"), strategies, matchCatalogModel });
  return { configuration, registry: createRegistry(await loadStrategies(Object.fromEntries(configuration.strategyModules))) };
}
