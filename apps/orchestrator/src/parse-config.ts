import { REDIS_PROTOCOLS } from "@composite-llm/queue";
import {
  type Environment,
  integerVariable,
  parseEnvironment,
  portVariable,
  required,
  textVariable,
  urlListVariable,
} from "@composite-llm/runtime";

export interface OrchestratorConfig {
  /** One for each shard, in order. */
  redisUrls: readonly string[];
  redisPrefix: string;
  healthHost: string;
  healthPort: number;
  /** Runs in hand at once. */
  concurrency: number;
  configurationPath: string | null;
}

/** @throws StartupError that names every variable with a problem */
export function parseConfig(env: Environment): OrchestratorConfig {
  return parseEnvironment(
    {
      redisUrls: required(urlListVariable("REDIS_URL", REDIS_PROTOCOLS)),
      redisPrefix: textVariable("REDIS_PREFIX", "composite"),
      healthHost: textVariable("HEALTH_HOST", "127.0.0.1"),
      healthPort: portVariable("ORCHESTRATOR_HEALTH_PORT", 8083),
      concurrency: integerVariable("ORCHESTRATOR_CONCURRENCY", { min: 1, max: 500 }, 400),
      configurationPath: textVariable("COMPOSITE_CONFIG", null),
    },
    env,
  );
}
