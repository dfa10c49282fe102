import { readFile } from "node:fs/promises";
import { loadConfiguration, watchConfiguration } from "@composite-llm/configuration";
import { StartupError, systemClock } from "@composite-llm/core";
import { matchCatalogModel } from "@composite-llm/pricing";
import { createHealthServer, runService } from "@composite-llm/runtime";
import { buildModelCaller } from "./build-model-caller.ts";
import { parseConfig } from "./parse-config.ts";

/** Sent calls may go on this long when the process is asked to end: as long as the longest deadline that is usual. */
const DRAIN_MS = 300_000;

await runService({
  name: "model-caller",
  graceMs: DRAIN_MS + 5000,
  async start({ env, logger, signal }) {
    const config = parseConfig(env);
    const source = await watchConfiguration({
      path: config.configurationPath,
      load: () => loadConfiguration({ env, readFile: (path) => readFile(path, "utf8"), strategies: null, matchCatalogModel }),
      onProblem: (error) => logger.error({ err: error }, "the changed configuration is not usable; the one before it stays"),
    });
    const unknown = config.only.filter((name) => !source.current().providers.has(name));
    if (unknown.length > 0)
      throw new StartupError(`MODEL_CALLER_PROVIDERS names ${unknown.join(", ")}, which the configuration does not offer.`);
    const shards = config.redisUrls.map((url, shard) => ({
      url,
      prefix: config.redisPrefix,
      onError: (error: Error) => logger.warn({ err: error, shard }, "redis"),
    }));
    const caller = await buildModelCaller({
      shards,
      configuration: source.current(),
      only: config.only,
      concurrency: config.concurrency,
      clock: systemClock,
      random: Math.random,
      startTimer: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
      logger,
    });
    source.onChange((configuration) => {
      logger.info("the configuration changed");
      void caller
        .reconfigure(configuration)
        .catch((error: unknown) => logger.error({ err: error }, "the changed configuration could not be taken over"));
    });
    const health = await createHealthServer({
      host: config.healthHost,
      port: config.healthPort,
      checks: {
        // A process that still serves a part of the shards must not be ended for the rest.
        live: { consuming: () => caller.isConsuming("some") },
        ready: { consuming: () => caller.isConsuming("all") },
      },
      logger,
      signal,
    });
    return {
      listening: health.url,
      shutdown: async () => {
        source.close();
        await caller.close(DRAIN_MS);
        await health.close();
      },
    };
  },
});
