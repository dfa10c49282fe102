import { type Configuration, type Environment, loadConfiguration, watchConfiguration } from "@composite-llm/configuration";
import { matchCatalogModel } from "@composite-llm/pricing";
import type { Logger } from "@composite-llm/runtime";
import { loadStrategies } from "@composite-llm/strategies/load";
import { builtInPlanners, commonOptions, createPlannerRegistry, type StrategyPlanner } from "@composite-llm/strategies/plan";
import { createSettings, type Settings } from "./settings.ts";

export interface OpenSettings {
  current(): Settings;
  /** From the configuration at start; these don't change with it. */
  bodyLimitBytes: number;
  resultTtlMs: number;
  close(): void;
}

export interface SettingsSource {
  env: Environment;
  /** The file to watch; null without one. */
  path: string | null;
  readFile(path: string): Promise<string>;
  logger: Logger;
}

/**
 * Loads the configuration and keeps up with its file. Requests under way keep the settings that they began with; a file that
 * cannot be used is logged, and the one before it stays.
 *
 * @throws ConfigurationError
 */
export async function openSettings({ env, path, readFile, logger }: SettingsSource): Promise<OpenSettings> {
  // A plan belongs to the strategies that were loaded with its configuration, also while a next one is being loaded.
  const strategiesOf = new WeakMap<Configuration, readonly StrategyPlanner[]>();
  const load = async (): Promise<Configuration> => {
    let own: readonly StrategyPlanner[] = [];
    const loadOwn = async (paths: Readonly<Record<string, string>>): Promise<readonly StrategyPlanner[]> => {
      own = await loadStrategies(paths);
      return own;
    };
    const strategies = { common: commonOptions, builtIn: builtInPlanners, load: loadOwn };
    const configuration = await loadConfiguration({ env, readFile, strategies, matchCatalogModel });
    strategiesOf.set(configuration, own);
    return configuration;
  };
  const toSettings = (configuration: Configuration): Settings =>
    createSettings(configuration, createPlannerRegistry(strategiesOf.get(configuration)));

  const source = await watchConfiguration({
    path,
    load,
    onProblem: (error) => logger.error({ err: error }, "the changed configuration cannot be used, the one before it stays"),
  });
  const first = source.current();
  for (const warning of first.warnings) logger.warn(warning);
  if (first.notActive.length > 0) logger.warn({ paths: first.notActive }, "the configuration names parts that have no effect yet");
  if (first.mode === "mock") logger.warn("mock mode: no provider key was found, every answer is simulated");

  let settings = toSettings(first);
  source.onChange((changed) => {
    settings = toSettings(changed);
    logger.info("the changed configuration is in use");
  });
  return {
    current: () => settings,
    bodyLimitBytes: first.server.bodyLimitBytes,
    resultTtlMs: first.results.ttlMs,
    close: () => source.close(),
  };
}
