import type { Clock } from "@composite-llm/core";
import type { Timer } from "@composite-llm/engine";
import { createWorker, openRunDesk, RUNS_QUEUE, type RedisTarget } from "@composite-llm/queue";
import type { Logger } from "@composite-llm/runtime";
import type { Registry, Strategy } from "@composite-llm/strategies";
import { processRun } from "./process-run.ts";

export interface OrchestratorOptions {
  redis: RedisTarget;
  /** The strategies as they are now. */
  registry(): Registry<Strategy>;
  /** Runs in hand at once. */
  concurrency: number;
  clock: Clock;
  startTimer: Timer;
  logger: Logger;
}

export interface Orchestrator {
  /** Whether it takes runs and hears of their results. */
  isConsuming(): boolean;
  /** Takes no new run and waits for those in hand, at most this long. */
  close(graceMs: number): Promise<void>;
}

/** Connects to the queues and begins to execute runs. */
export async function buildOrchestrator(options: OrchestratorOptions): Promise<Orchestrator> {
  const { redis, registry, clock, startTimer, logger } = options;
  const desk = await openRunDesk({ ...redis, clock });
  // One is enough: its loop takes up several thousand runs a second, and each more is woken for every job.
  const worker = createWorker({
    ...redis,
    queue: RUNS_QUEUE,
    concurrency: options.concurrency,
    process: ({ data }) => processRun(data, { desk, registry, startTimer, logger }),
  });
  return {
    isConsuming: () => desk.isListening() && worker.isConsuming(),
    close: async (graceMs) => {
      await worker.close(graceMs);
      await desk.close();
    },
  };
}
