import { type Environment, integerVariable, parseEnvironment, portVariable, textVariable } from "@composite-llm/runtime";

export interface MockProviderConfig {
  host: string;
  port: number;
  seed: number;
  /** Null for no ledger file. */
  ledgerFile: string | null;
}

/** @throws StartupError that names every variable with a problem */
export function parseConfig(env: Environment): MockProviderConfig {
  return parseEnvironment(
    {
      host: textVariable("MOCK_PROVIDER_HOST", "127.0.0.1"),
      port: portVariable("MOCK_PROVIDER_PORT", 8082),
      seed: integerVariable("MOCK_SEED", { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }, 1),
      ledgerFile: textVariable("MOCK_LEDGER_FILE", null),
    },
    env,
  );
}
