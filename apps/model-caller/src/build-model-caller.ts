import type { Configuration } from "@composite-llm/configuration";
import type { Clock, Random } from "@composite-llm/core";
import { createHttpFetch } from "@composite-llm/providers";
import { type CallDesk, openCallDesk, openShards, type RedisTarget } from "@composite-llm/queue";
import type { Isolation, Logger } from "@composite-llm/runtime";
import { createLocalAdmission } from "./admission.ts";
import { createCallTargets } from "./create-call-targets.ts";
import { createProviderWorkers, type ProviderWorkers } from "./provider-workers.ts";

export interface ModelCallerOptions {
  shards: readonly RedisTarget[];
  configuration: Configuration;
  /** Providers to serve; all of the configuration when empty. */
  only: readonly string[];
  /** Jobs in hand at once for each provider, of each shard. */
  concurrency: number;
  clock: Clock;
  random: Random;
  /** Where calls are made that kept killing their workers. */
  isolation: Isolation;
  startTimer(delayMs: number, callback: () => void): () => void;
  logger: Logger;
}

export interface ModelCaller {
  /** Whether it takes calls and hears of cancellations, on all shards or on some. */
  isConsuming(where: "all" | "some"): boolean;
  /** Goes on with another configuration; calls under way keep theirs. */
  reconfigure(configuration: Configuration): Promise<void>;
  /** How long the calls in hand may still take. */
  drainMs(): number;
  /** Takes no new call, hands back what is not sent and waits for the rest until its time is over. */
  close(): Promise<void>;
}

/** Requests at once at a provider that has no limit of its own. */
const DEFAULT_CONCURRENT = 500;

/** What serves one shard. */
interface ShardCaller {
  desk: CallDesk;
  workers: ProviderWorkers;
}

/** Connects to the queues and begins to make calls. */
export async function buildModelCaller(options: ModelCallerOptions): Promise<ModelCaller> {
  const { clock, random, isolation, startTimer, logger } = options;
  const http = createHttpFetch();
  const deps = { fetch: http.fetch, clock };
  let configuration = options.configuration;
  let targets = createCallTargets(configuration, deps);
  const limitOf = (provider: string): number => configuration.providers.get(provider)?.limits.concurrent ?? DEFAULT_CONCURRENT;
  const closing = new AbortController();
  const shared = {
    // A provider's limit is one for the calls of all shards.
    admission: createLocalAdmission(limitOf, () => clock.monotonicMs()),
    targetOf: (provider: string) => targets.get(provider) ?? null,
    clock,
    random,
    isolation,
    startTimer,
    closing: closing.signal,
    logger,
  };
  const served = (): string[] =>
    [...configuration.providers.keys()].filter((name) => options.only.length === 0 || options.only.includes(name));
  const callers: ShardCaller[] = [];
  const shards = await openShards(options.shards, {
    open: async (redis) => {
      const desk = await openCallDesk({ ...redis, clock });
      const workers = createProviderWorkers(redis, options.concurrency, { ...shared, desk });
      // Known before it serves, so that no change of the configuration passes it by.
      callers.push({ desk, workers });
      await workers.serve(served());
      return { desk, workers };
    },
  });
  const isConsuming = ({ desk, workers }: ShardCaller): boolean => desk.isListening() && workers.isConsuming();
  return {
    isConsuming: (where) => (where === "all" ? shards.every(isConsuming) : shards.some(isConsuming)),
    reconfigure: async (next) => {
      configuration = next;
      targets = createCallTargets(next, deps);
      await Promise.all(callers.map(({ workers }) => workers.serve(served())));
    },
    drainMs: () => Math.max(...callers.map(({ workers }) => workers.drainMs())),
    close: async () => {
      closing.abort();
      await shards.close(async ({ desk, workers }) => {
        await workers.close();
        await desk.close();
      });
      await http.close();
    },
  };
}
