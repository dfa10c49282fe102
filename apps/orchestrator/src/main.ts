import { lookup } from "node:dns";
import { readFile } from "node:fs/promises";
import { loadConfiguration, watchConfiguration } from "@composite-llm/configuration";
import { StartupError, systemClock } from "@composite-llm/core";
import { matchCatalogModel } from "@composite-llm/pricing";
import { checkRedis } from "@composite-llm/queue";
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
    const redis = {
      url: config.redisUrl,
      prefix: config.redisPrefix,
      onError: (error: Error) => logger.warn({ err: error }, "redis"),
    };
    const problem = await checkRedis(redis);
    if (problem !== null) throw new StartupError(problem);
    const orchestrator = await buildOrchestrator({
      redis,
      registry: () => registry,
      webhooks: () => source.current().webhooks,
      resolve: lookup,
      concurrency: config.concurrency,
      clock: systemClock,
      startTimer: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
      logger,
    });
    const consuming = { consuming: () => orchestrator.isConsuming() };
    const health = await createHealthServer({
      host: config.healthHost,
      port: config.healthPort,
      checks: { live: consuming, ready: consuming },
      logger,
      signal,
    });
    return {
      listening: health.url,
      shutdown: async () => {
        source.close();
        await orchestrator.close(DRAIN_MS);
        await health.close();
      },
    };
  },
});
