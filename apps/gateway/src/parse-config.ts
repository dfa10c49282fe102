import { REDIS_PROTOCOLS } from "@composite-llm/queue";
import {
  choiceVariable,
  type Environment,
  parseEnvironment,
  portVariable,
  required,
  textVariable,
  urlListVariable,
  urlVariable,
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
  /** Where all processes share the providers' limits. */
  limitsRedisUrl: string;
  /** Whether runs are refused that would wait for longer than they may take. */
  refusesByPlan: boolean;
  /** The file `composite.yaml`; null without one. */
  configurationPath: string | null;
}

/** @throws StartupError that names every variable with a problem */
export function parseConfig(env: Environment): GatewayConfig {
  const { reusePort, admissionByPlan, limitsRedisUrl, ...others } = parseEnvironment(
    {
      host: textVariable("GATEWAY_HOST", "127.0.0.1"),
      port: portVariable("GATEWAY_PORT", 8080),
      reusePort: choiceVariable("GATEWAY_REUSE_PORT", ["true", "false"], "false"),
      redisUrls: required(urlListVariable("REDIS_URL", REDIS_PROTOCOLS)),
      limitsRedisUrl: urlVariable("LIMITS_REDIS_URL", REDIS_PROTOCOLS, null),
      admissionByPlan: choiceVariable("ADMISSION_BY_PLAN", ["on", "off"], "on"),
      redisPrefix: textVariable("REDIS_PREFIX", "composite"),
      configurationPath: textVariable("COMPOSITE_CONFIG", null),
    },
    env,
  );
  const [firstRedisUrl = ""] = others.redisUrls;
  return {
    ...others,
    reusePort: reusePort === "true",
    limitsRedisUrl: limitsRedisUrl ?? firstRedisUrl,
    refusesByPlan: admissionByPlan === "on",
  };
}
