import type { Configuration } from "@composite-llm/configuration";
import type { Clock } from "@composite-llm/core";
import type { LatencyBook, Timer } from "@composite-llm/engine";
import { createWorker, openRunDesk, openSweeper, openWebhookDesk, RUNS_QUEUE, type RedisTarget } from "@composite-llm/queue";
import type { Isolation, Logger } from "@composite-llm/runtime";
import type { Registry, Strategy } from "@composite-llm/strategies";
import { processRun } from "./process-run.ts";
import type { Resolve } from "./webhooks/public-lookup.ts";
import { sendWebhook } from "./webhooks/send-webhook.ts";

export interface OrchestratorOptions {
  redis: RedisTarget;
  /** The strategies as they are now. */
  registry(): Registry<Strategy>;
  /** What the configuration says of webhooks and of who may sign them now. */
  webhooks(): Pick<Configuration, "apiKeys" | "webhooks">;
  /** Resolves the names of their servers. */
  resolve: Resolve;
  /** Runs in hand at once. */
  concurrency: number;
  latencies: LatencyBook;
  /** Where runs are executed that kept killing their workers. */
  isolation: Isolation;
  clock: Clock;
  startTimer: Timer;
  logger: Logger;
}

export interface Orchestrator {
  /** Whether it takes runs and hears of their results. */
  isConsuming(): boolean;
  /** Takes no new run and hands those in hand back, which takes at most this long. */
  close(graceMs: number): Promise<void>;
}

/** Webhooks under way at once. */
const WEBHOOKS = 20;

/** Connects to the queues of one shard and begins to execute its runs. */
export async function buildOrchestrator(options: OrchestratorOptions): Promise<Orchestrator> {
  const { redis, registry, latencies, isolation, clock, startTimer, logger } = options;
  const desk = await openRunDesk({ ...redis, clock, slots: options.concurrency });
  const closing = new AbortController();
  const sweeper = openSweeper({ ...redis, onSwept: (run, swept) => logger.info({ run, swept }, "swept") });
  // One is enough: its loop takes up several thousand runs a second, and each more is woken for every job.
  const worker = createWorker({
    ...redis,
    queue: RUNS_QUEUE,
    concurrency: options.concurrency,
    process: (job) => processRun(job, { desk, registry, startTimer, latencies, isolation, closing: closing.signal, logger }),
  });
  const webhooks = openWebhookDesk({
    ...redis,
    concurrency: WEBHOOKS,
    send: (task) => sendWebhook(task, { settings: options.webhooks, clock, resolve: options.resolve, logger }),
  });
  return {
    isConsuming: () => desk.isListening() && webhooks.isConsuming() && worker.isConsuming(),
    close: async (graceMs) => {
      closing.abort();
      const closed = Promise.all([worker, webhooks].map((each) => each.close(graceMs)));
      await desk.wakeParked();
      await closed;
      await sweeper.close();
      await desk.close();
    },
  };
}
