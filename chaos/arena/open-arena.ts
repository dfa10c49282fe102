import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Random } from "@composite-llm/core";
import { startStack } from "@composite-llm/scripts/stack";
import { Redis } from "ioredis";
import type { ProviderLimits } from "../evidence/evidence.ts";
import { windForward } from "../evidence/key-space.ts";
import { startRedisServer } from "../inject/redis-server.ts";
import { clockVariables } from "../inject/shift-clock.ts";
import { askJson } from "../load/ask-json.ts";
import type { Arena, ArenaOptions } from "./arena.ts";
import { openProcessWay, type ProcessWay } from "./process-way.ts";

/** Writes the modules of strategies into a folder; gives what the configuration says of them. */
async function writeStrategies(folder: string, strategies: Readonly<Record<string, string>>): Promise<string[]> {
  const entries = Object.entries(strategies);
  for (const [name, text] of entries) await writeFile(join(folder, `${name}.ts`), text);
  return entries.length === 0 ? [] : ["strategies:", ...entries.map(([name]) => `  ${name}: ${join(folder, `${name}.ts`)}`)];
}

const UNLIMITED: ProviderLimits = { concurrent: null, requestsPerMinute: null, tokensPerMinute: null };

function limitsText(limits: Partial<ProviderLimits>): string {
  const { concurrent, requestsPerMinute, tokensPerMinute } = { ...UNLIMITED, ...limits };
  const numbers = { concurrent, requests_per_minute: requestsPerMinute, tokens_per_minute: tokensPerMinute };
  return Object.entries(numbers)
    .flatMap(([name, limit]) => (limit === null ? [] : [`${name}: ${limit}, `]))
    .join("");
}

function toConfig(options: ArenaOptions, strategies: readonly string[]): string {
  const { timeouts, limits = {}, modelLimits = {}, adaptive = true } = options;
  const lines = ["version: 1", "results: { ttl: 10m }", ...strategies, "providers:"];
  for (const name of ["openai", "anthropic"]) {
    lines.push(
      `  ${name}:`,
      "    preset: " + name,
      `    limits: { ${limitsText(limits)}models: { "*": { ${limitsText(modelLimits)} } }, adaptive: ${adaptive} }`,
    );
    if (timeouts !== undefined) lines.push(`    timeouts: { first_token_ms: ${timeouts.firstTokenMs}, idle_ms: ${timeouts.idleMs} }`);
  }
  return `${lines.join("\n")}\n`;
}

function namesOf(service: string, count: number): string[] {
  return count === 1 ? [service] : Array.from({ length: count }, (_, index) => `${service}-${index + 1}`);
}

/** Starts a Redis and a stack whose processes all reach it through proxies. */
export async function openArena(options: ArenaOptions, random: Random, say: (line: string) => void): Promise<Arena> {
  const { orchestrators = 2, callers = 2 } = options;
  const folder = await mkdtemp(join(tmpdir(), "chaos-"));
  const strategies = await writeStrategies(folder, options.strategies ?? {});
  const server = await startRedisServer();
  const ways = new Map<string, ProcessWay>();
  const names = [...namesOf("gateway", 1), ...namesOf("orchestrator", orchestrators), ...namesOf("model-caller", callers)];
  for (const name of names) ways.set(name, await openProcessWay(server.port));
  const envOf = (service: string) =>
    names
      .filter((name) => name.startsWith(service))
      .map((name) => ({
        REDIS_URL: ways.get(name)?.proxy.url ?? "",
        ...(options.hasClocks === true ? clockVariables(folder, name) : {}),
      }));
  const stack = await startStack({
    config: toConfig(options, strategies),
    redisUrl: server.url,
    redisPrefix: "chaos",
    env: { LOG_LEVEL: "debug", ...options.env },
    services: {
      gateway: { env: envOf("gateway") },
      orchestrator: { count: orchestrators, env: envOf("orchestrator") },
      "model-caller": { count: callers, env: envOf("model-caller") },
    },
  });
  const redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 100 });
  // The suite ends this Redis itself; the connection comes back with it.
  redis.on("error", () => undefined);
  // Answers that nobody fetches must not take the machine along.
  await redis.config("SET", "client-output-buffer-limit", "normal 1gb 0 0");
  // One request, so that what stays for good is there before anything is measured.
  await askJson({ gatewayUrl: stack.gatewayUrl, fields: { model: "openai/gpt-4o" }, idempotencyKey: null });
  return {
    stack,
    server,
    redis,
    ways,
    random,
    say,
    clients: [],
    disturbances: [],
    recoveries: [],
    watches: [],
    measured: new Map(),
    keysBefore: await windForward(redis, stack.redisPrefix),
    limits: { openai: { ...UNLIMITED, ...options.limits }, anthropic: { ...UNLIMITED, ...options.limits } },
    folder,
    close: async () => {
      redis.disconnect();
      await stack.stop();
      for (const { proxy } of ways.values()) await proxy.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
