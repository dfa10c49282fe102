import { REDIS_PROTOCOLS } from "@composite-llm/queue";
import {
  choiceVariable,
  type Environment,
  parseEnvironment,
  portVariable,
  required,
  textVariable,
  urlListVariable,
} from "@composite-llm/runtime";

export interface GatewayConfig {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** One for each shard, in order. */
  redisUrls: readonly string[];
  /** Whether other processes may listen on the same port: the next one starts before this one ends. */
  reusePort: boolean;
  redisPrefix: string;
  /** The file `composite.yaml`; null without one. */
  configurationPath: string | null;
}

/** @throws StartupError that names every variable with a problem */
export function parseConfig(env: Environment): GatewayConfig {
  const { reusePort, ...others } = parseEnvironment(
    {
      host: textVariable("GATEWAY_HOST", "127.0.0.1"),
      port: portVariable("GATEWAY_PORT", 8080),
      reusePort: choiceVariable("GATEWAY_REUSE_PORT", ["true", "false"], "false"),
      redisUrls: required(urlListVariable("REDIS_URL", REDIS_PROTOCOLS)),
      redisPrefix: textVariable("REDIS_PREFIX", "composite"),
      configurationPath: textVariable("COMPOSITE_CONFIG", null),
    },
    env,
  );
  return { ...others, reusePort: reusePort === "true" };
}
