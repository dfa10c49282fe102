import { type Configuration, loadConfiguration } from "@composite-llm/configuration";
import { matchCatalogModel } from "@composite-llm/pricing";
import { builtInPlanners, commonOptions, createPlannerRegistry } from "@composite-llm/strategies/plan";
import { createSettings, type Settings } from "../settings.ts";

/** Keys enough that the vendors of the examples are offered; nothing is ever called with them. */
const ENVIRONMENT = { OPENAI_API_KEY: "test", ANTHROPIC_API_KEY: "test" };

/** A configuration from YAML text. */
async function loadTestConfiguration(yaml: string, env: Readonly<Record<string, string>> = ENVIRONMENT): Promise<Configuration> {
  return loadConfiguration({
    env: { ...env, COMPOSITE_CONFIG: "composite.yaml" },
    readFile: () => Promise.resolve(yaml),
    strategies: { common: commonOptions, builtIn: builtInPlanners, load: () => Promise.resolve([]) },
    matchCatalogModel,
  });
}

/** What a gateway would derive from that configuration. */
export async function loadTestSettings(yaml = "version: 1\n", env?: Readonly<Record<string, string>>): Promise<Settings> {
  return createSettings(await loadTestConfiguration(yaml, env), createPlannerRegistry());
}
