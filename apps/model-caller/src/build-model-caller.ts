import type { Configuration } from "@composite-llm/configuration";
import type { Clock, Random } from "@composite-llm/core";
import { createHttpFetch } from "@composite-llm/providers";
import { type CallDesk, openCallDesk, openShards, type RedisTarget } from "@composite-llm/queue";
import type { Isolation, Logger } from "@composite-llm/runtime";
import { createCallTargets } from "./create-call-targets.ts";
import { createDeferredCalls } from "./deferred-calls.ts";
import { limitsOf, openLimits, weightIn } from "./open-limits.ts";
import { createProviderWorkers, type ProviderWorkers } from "./provider-workers.ts";

export interface ModelCallerOptions {
  shards: readonly RedisTarget[];
  /** Where the providers' limits are kept, which all processes share. */
  limits: RedisTarget;
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
  /** Whether it takes calls and hears of cancellations, on all shards or on some; on all, also whether it hears of the limits. */
  isConsuming(where: "all" | "some"): boolean;
  /** Goes on with another configuration; calls under way keep theirs. */
  reconfigure(configuration: Configuration): Promise<void>;
  /** How long the calls in hand may still take. */
  drainMs(): number;
  /** Takes no new call, hands back what is not sent and waits for the rest until its time is over. */
  close(): Promise<void>;
}

const TELL_AGAIN_MS = 1000;

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
  const closing = new AbortController();
  const limits = await openLimits({ redis: options.limits, shards: options.shards, clock, random });
  await limits.configure(limitsOf(configuration));
  const shared = {
    limits,
    weightOf: (caller: string) => weightIn(configuration.apiKeys, caller),
    targetOf: (provider: string) => targets.get(provider) ?? null,
    clock,
    random,
    isolation,
    startTimer,
    closing: closing.signal,
    logger,
  };
  /** The limits that the others go by are those that were told last: a change is told until it is heard, or there is a newer one. */
  const tellLimits = async (): Promise<void> => {
    const told = configuration;
    for (;;) {
      try {
        return await limits.configure(limitsOf(told));
      } catch (error) {
        logger.warn({ err: error }, "the changed limits could not be told");
      }
      await new Promise<void>((resolve) => startTimer(TELL_AGAIN_MS, resolve));
      if (closing.signal.aborted || configuration !== told) return;
    }
  };
  const served = (): string[] =>
    [...configuration.providers.keys()].filter((name) => options.only.length === 0 || options.only.includes(name));
  const callers: ShardCaller[] = [];
  const shards = await openShards(options.shards, {
    open: async (redis) => {
      const desk = await openCallDesk({ ...redis, clock });
      const deferred = createDeferredCalls({ desk, limits, startTimer });
      const workers = createProviderWorkers(redis, options.concurrency, { ...shared, desk, deferred });
      // Known before it serves, so that no change of the configuration passes it by.
      callers.push({ desk, workers });
      await workers.serve(served());
      return { desk, workers };
    },
  });
  const isConsuming = ({ desk, workers }: ShardCaller): boolean => desk.isListening() && workers.isConsuming();
  return {
    isConsuming: (where) => (where === "all" ? shards.every(isConsuming) && limits.isListening() : shards.some(isConsuming)),
    reconfigure: async (next) => {
      configuration = next;
      targets = createCallTargets(next, deps);
      void tellLimits();
      await Promise.all(callers.map(({ workers }) => workers.serve(served())));
    },
    drainMs: () => Math.max(...callers.map(({ workers }) => workers.drainMs())),
    close: async () => {
      closing.abort();
      await shards.close(async ({ desk, workers }) => {
        await workers.close();
        await desk.close();
      });
      await limits.close();
      await http.close();
    },
  };
}
