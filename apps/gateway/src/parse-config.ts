import { type Environment, parseEnvironment, portVariable, required, textVariable, urlListVariable } from "@composite-llm/runtime";

export interface GatewayConfig {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** One for each shard, in order. */
  redisUrls: readonly string[];
  redisPrefix: string;
  /** The file `composite.yaml`; null without one. */
  configurationPath: string | null;
}

/** @throws StartupError that names every variable with a problem */
export function parseConfig(env: Environment): GatewayConfig {
  return parseEnvironment(
    {
      host: textVariable("GATEWAY_HOST", "127.0.0.1"),
      port: portVariable("GATEWAY_PORT", 8080),
      redisUrls: required(urlListVariable("REDIS_URL", ["redis:", "rediss:"])),
      redisPrefix: textVariable("REDIS_PREFIX", "composite"),
      configurationPath: textVariable("COMPOSITE_CONFIG", null),
    },
    env,
  );
}
