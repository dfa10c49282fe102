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
} from "@composite-llm/runtime";

export interface ModelCallerConfig {
  /** One for each shard, in order. */
  redisUrls: readonly string[];
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
  return parseEnvironment(
    {
      redisUrls: required(urlListVariable("REDIS_URL", REDIS_PROTOCOLS)),
      redisPrefix: textVariable("REDIS_PREFIX", "composite"),
      healthHost: textVariable("HEALTH_HOST", "127.0.0.1"),
      healthPort: portVariable("MODEL_CALLER_HEALTH_PORT", 8084),
      only: listVariable("MODEL_CALLER_PROVIDERS"),
      concurrency: integerVariable("MODEL_CALLER_CONCURRENCY", { min: 1, max: 500 }, 200),
      configurationPath: textVariable("COMPOSITE_CONFIG", null),
    },
    env,
  );
}
