import { lookup } from "node:dns";
import { readFile } from "node:fs/promises";
import { loadConfiguration, watchConfiguration } from "@composite-llm/configuration";
import { systemClock } from "@composite-llm/core";
import { createLatencyBook } from "@composite-llm/engine";
import { matchCatalogModel } from "@composite-llm/pricing";
import { openShards } from "@composite-llm/queue";
import { createHealthServer, runService } from "@composite-llm/runtime";
import { createRegistry } from "@composite-llm/strategies";
import { loadStrategies } from "@composite-llm/strategies/load";
import { builtInPlanners, commonOptions } from "@composite-llm/strategies/plan";
import { buildOrchestrator } from "./build-orchestrator.ts";
import { parseConfig } from "./parse-config.ts";

/** Handing runs back takes no longer, unless Redis is gone. */
const DRAIN_MS = 10_000;

await runService({
  name: "orchestrator",
  graceMs: DRAIN_MS + 5000,
  async start({ env, logger, signal }) {
    const config = parseConfig(env);
    // Of the configuration only strategies and webhooks matter here: a plan says everything else about a run.
    let registry = createRegistry();
    const source = await watchConfiguration({
      path: config.configurationPath,
      load: async () => {
        const strategies = { common: commonOptions, builtIn: builtInPlanners, load: loadStrategies };
        const loaded = await loadConfiguration({ env, readFile: (path) => readFile(path, "utf8"), strategies, matchCatalogModel });
        registry = createRegistry(await loadStrategies(Object.fromEntries(loaded.strategyModules)));
        return loaded;
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
      webhooks: () => source.current().webhooks,
      resolve: lookup,
      concurrency: config.concurrency,
      latencies: createLatencyBook(),
      clock: systemClock,
      startTimer: (delayMs: number, callback: () => void) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
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
  },
});
