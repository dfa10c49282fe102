import { lookup } from "node:dns";
import { fileURLToPath } from "node:url";
import { watchConfiguration } from "@composite-llm/configuration";
import { systemClock } from "@composite-llm/core";
import { createLatencyBook } from "@composite-llm/engine";
import { openShards } from "@composite-llm/queue";
import {
  createHealthServer,
  createIsolation,
  isIsolated,
  performIsolated,
  type RunningService,
  runService,
  type ServiceContext,
} from "@composite-llm/runtime";
import { createRegistry } from "@composite-llm/strategies";
import { buildOrchestrator } from "./build-orchestrator.ts";
import { loadRegistry } from "./load-registry.ts";
import { parseConfig } from "./parse-config.ts";
import { preparePerformer } from "./perform-run.ts";
import { startTimer } from "./start-timer.ts";

/** Handing runs back takes no longer, unless Redis is gone. */
const DRAIN_MS = 10_000;

/** Runs in quarantine at once, each in a process of its own. */
const MOST_IN_QUARANTINE = 4;

async function start({ env, logger, signal }: ServiceContext): Promise<RunningService> {
  const config = parseConfig(env);
  let registry = createRegistry();
  const source = await watchConfiguration({
    path: config.configurationPath,
    load: async () => {
      const loaded = await loadRegistry(env);
      registry = loaded.registry;
      return loaded.configuration;
    },
    onChange: () => logger.info("the configuration changed"),
    onProblem: (error) => logger.error({ err: error }, "the changed configuration is not usable; the one before it stays"),
  });
  const targets = config.redisUrls.map((url, shard) => ({
    url,
    prefix: config.redisPrefix,
    onError: (error: Error) => logger.warn({ err: error, shard }, "redis"),
  }));
  const common = {
    registry: () => registry,
    webhooks: () => source.current(),
    resolve: lookup,
    concurrency: config.concurrency,
    latencies: createLatencyBook(),
    clock: systemClock,
    isolation: createIsolation({ entry: fileURLToPath(import.meta.url), most: MOST_IN_QUARANTINE }),
    startTimer,
    logger,
  };
  const shards = await openShards(targets, { open: (redis) => buildOrchestrator({ ...common, redis }) });
  const health = await createHealthServer({
    host: config.healthHost,
    port: config.healthPort,
    checks: {
      // A process that still serves a part of the shards must not be ended for the rest.
      live: { consuming: () => shards.some((each) => each.isConsuming()) },
      ready: { consuming: () => shards.every((each) => each.isConsuming()) },
    },
    logger,
    signal,
  });
  return {
    listening: health.url,
    shutdown: async () => {
      source.close();
      await shards.close((each) => each.close(DRAIN_MS));
      await health.close();
    },
  };
}

if (isIsolated(process.argv)) await performIsolated({ name: "orchestrator", prepare: preparePerformer });
else await runService({ name: "orchestrator", graceMs: DRAIN_MS + 5000, start });
