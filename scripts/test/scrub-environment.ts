import { PROVIDER_PRESETS } from "@composite-llm/pricing";

const OWN =
  /^(REDIS_PREFIX|COMPOSITE_|GATEWAY_|HEALTH_HOST|DASHBOARD_|MOCK_|ORCHESTRATOR_|MODEL_CALLER_|LOCAL_MODEL_URL|API_KEYS|OPERATOR_KEY|LOG_LEVEL|SMOKE)/;

/**
 * A copy of the environment in which tests can neither find a provider's key nor a setting of the developer's own stack.
 * REDIS_URL stays: it says where the tests' Redis is.
 */
export function scrubEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const presets = Object.values(PROVIDER_PRESETS);
  const ofProviders = new Set(presets.flatMap(({ keyVariable, baseUrlVariable }) => [keyVariable, baseUrlVariable]));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ofProviders.has(name) && !OWN.test(name)));
}
