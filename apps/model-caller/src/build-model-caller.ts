import type { Configuration } from "@composite-llm/configuration";
import type { Clock, Random } from "@composite-llm/core";
import { createHttpFetch } from "@composite-llm/providers";
import { openCallDesk, type RedisTarget } from "@composite-llm/queue";
import type { Logger } from "@composite-llm/runtime";
import { createLocalAdmission } from "./admission.ts";
import { createCallTargets } from "./create-call-targets.ts";
import { createProviderWorkers } from "./provider-workers.ts";

export interface ModelCallerOptions {
  redis: RedisTarget;
  configuration: Configuration;
  /** Providers to serve; all of the configuration when empty. */
  only: readonly string[];
  /** Jobs in hand at once for each provider. */
  concurrency: number;
  clock: Clock;
  random: Random;
  startTimer(delayMs: number, callback: () => void): () => void;
  logger: Logger;
}

export interface ModelCaller {
  /** Whether it takes calls and hears of cancellations. */
  isConsuming(): boolean;
  /** Goes on with another configuration; calls under way keep theirs. */
  reconfigure(configuration: Configuration): Promise<void>;
  /** Takes no new call, hands back what is not sent and waits for the rest, at most this long. */
  close(graceMs: number): Promise<void>;
}

/** Requests at once at a provider that has no limit of its own. */
const DEFAULT_CONCURRENT = 500;

/** Connects to the queues and begins to make calls. */
export async function buildModelCaller(options: ModelCallerOptions): Promise<ModelCaller> {
  const { redis, clock, logger } = options;
  const desk = await openCallDesk({ ...redis, clock });
  const http = createHttpFetch();
  const deps = { fetch: http.fetch, clock };
  let configuration = options.configuration;
  let targets = createCallTargets(configuration, deps);
  const limitOf = (provider: string): number => configuration.providers.get(provider)?.limits.concurrent ?? DEFAULT_CONCURRENT;
  const closing = new AbortController();
  const workers = createProviderWorkers(redis, options.concurrency, {
    desk,
    admission: createLocalAdmission(limitOf, () => clock.monotonicMs()),
    targetOf: (provider) => targets.get(provider) ?? null,
    clock,
    random: options.random,
    startTimer: options.startTimer,
    closing: closing.signal,
    logger,
  });
  const served = (): string[] =>
    [...configuration.providers.keys()].filter((name) => options.only.length === 0 || options.only.includes(name));
  await workers.serve(served());
  return {
    isConsuming: () => desk.isListening() && workers.isConsuming(),
    reconfigure: async (next) => {
      configuration = next;
      targets = createCallTargets(next, deps);
      await workers.serve(served());
    },
    close: async (graceMs) => {
      closing.abort();
      await workers.close(graceMs);
      await desk.close();
      await http.close();
    },
  };
}
