import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { loadConfiguration, watchConfiguration } from "@composite-llm/configuration";
import { StartupError, systemClock } from "@composite-llm/core";
import { matchCatalogModel } from "@composite-llm/pricing";
import {
  createHealthServer,
  createIsolation,
  isIsolated,
  performIsolated,
  type RunningService,
  runService,
  type ServiceContext,
} from "@composite-llm/runtime";
import { buildModelCaller } from "./build-model-caller.ts";
import { parseConfig } from "./parse-config.ts";
import { preparePerformer } from "./perform-calls.ts";
import { startTimer } from "./start-timer.ts";

/** From the end of the last call to that of the process. */
const CLOSE_MS = 5000;

/** Calls in quarantine at once, each in a process of its own. */
const MOST_IN_QUARANTINE = 4;

async function start({ env, logger, signal }: ServiceContext): Promise<RunningService> {
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
    limits: {
      url: config.limitsRedisUrl,
      prefix: config.redisPrefix,
      onError: (error: Error) => logger.warn({ err: error }, "redis of the limits"),
    },
    configuration: source.current(),
    only: config.only,
    concurrency: config.concurrency,
    clock: systemClock,
    random: Math.random,
    isolation: createIsolation({ entry: fileURLToPath(import.meta.url), most: MOST_IN_QUARANTINE }),
    startTimer,
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
    graceMs: () => caller.drainMs() + CLOSE_MS,
    shutdown: async () => {
      source.close();
      await caller.close();
      await health.close();
    },
  };
}

if (isIsolated(process.argv)) await performIsolated({ name: "model-caller", prepare: preparePerformer });
else await runService({ name: "model-caller", start });
