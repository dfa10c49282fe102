import { REDIS_PROTOCOLS } from "@composite-llm/queue";
import {
  type Environment,
  integerVariable,
  listVariable,
  parseEnvironment,
  portVariable,
  required,
  textVariable,
  urlListVariable,
  urlVariable,
} from "@composite-llm/runtime";

export interface ModelCallerConfig {
  /** One for each shard, in order. */
  redisUrls: readonly string[];
  /** Where the providers' limits are kept. */
  limitsRedisUrl: string;
  redisPrefix: string;
  healthHost: string;
  healthPort: number;
  /** Providers to serve; all when empty. */
  only: readonly string[];
  /** Jobs in hand at once for each provider. */
  concurrency: number;
  configurationPath: string | null;
}

/** @throws StartupError that names every variable with a problem */
export function parseConfig(env: Environment): ModelCallerConfig {
  const { redisUrls, limitsRedisUrl, ...config } = parseEnvironment(
    {
      redisUrls: required(urlListVariable("REDIS_URL", REDIS_PROTOCOLS)),
      limitsRedisUrl: urlVariable("LIMITS_REDIS_URL", REDIS_PROTOCOLS, null),
      redisPrefix: textVariable("REDIS_PREFIX", "composite"),
      healthHost: textVariable("HEALTH_HOST", "127.0.0.1"),
      healthPort: portVariable("MODEL_CALLER_HEALTH_PORT", 8084),
      only: listVariable("MODEL_CALLER_PROVIDERS"),
      concurrency: integerVariable("MODEL_CALLER_CONCURRENCY", { min: 1, max: 500 }, 200),
      configurationPath: textVariable("COMPOSITE_CONFIG", null),
    },
    env,
  );
  return { ...config, redisUrls, limitsRedisUrl: limitsRedisUrl ?? redisUrls[0] ?? "" };
}
