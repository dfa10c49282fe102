import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadConfiguration, loadDotEnv } from "@composite-llm/configuration";
import { matchCatalogModel } from "@composite-llm/pricing";
import { loadStrategies } from "@composite-llm/strategies/load";
import { builtInPlanners, commonOptions } from "@composite-llm/strategies/plan";

export interface Setup {
  /** The variables of this process and of `.env`. */
  env: Record<string, string>;
  /** `mock`: nobody has given a provider's key. */
  mode: "mock" | "real";
  /** A key that our own gateway takes; null where it asks for none. */
  apiKey: string | null;
  /** What works less than the configuration suggests. */
  warnings: readonly string[];
}

const readText = (path: string): Promise<string> => readFile(path, "utf8");

/**
 * Reads `.env` and the configuration as the services will, so that a problem is told before anything is started.
 * A `composite.yaml` at the root is taken when COMPOSITE_CONFIG names no other.
 *
 * @throws StartupError with every problem of the configuration
 */
export async function readSetup(root: string, processEnv: NodeJS.ProcessEnv): Promise<Setup> {
  const merged = await loadDotEnv(join(root, ".env"), processEnv, readText);
  const env = Object.fromEntries(Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const usual = join(root, "composite.yaml");
  if ((env["COMPOSITE_CONFIG"] ?? "") === "" && existsSync(usual)) env["COMPOSITE_CONFIG"] = usual;
  const configuration = await loadConfiguration({
    // Any address will do: whether there is a key decides, not what listens there.
    env: { ...env, MOCK_PROVIDER_URL: env["MOCK_PROVIDER_URL"] || "http://127.0.0.1:9" },
    readFile: readText,
    strategies: { common: commonOptions, builtIn: builtInPlanners, load: loadStrategies },
    matchCatalogModel,
  });
  const key = configuration.apiKeys[0]?.key.reveal() ?? null;
  return { env, mode: configuration.mode, apiKey: key, warnings: configuration.warnings };
}
