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

/** A worker's loop fetches one job per round trip, so two of them share the work. */
const WORKERS = 2;

/** Connects to the queues and begins to execute runs. */
export async function buildOrchestrator(options: OrchestratorOptions): Promise<Orchestrator> {
  const { redis, registry, clock, startTimer, logger } = options;
  const desk = await openRunDesk({ ...redis, clock });
  const workers = Array.from({ length: WORKERS }, () =>
    createWorker({
      ...redis,
      queue: RUNS_QUEUE,
      concurrency: Math.ceil(options.concurrency / WORKERS),
      process: ({ data }) => processRun(data, { desk, registry, startTimer, logger }),
    }),
  );
  return {
    isConsuming: () => desk.isListening() && workers.every((worker) => worker.isConsuming()),
    close: async (graceMs) => {
      await Promise.all(workers.map((worker) => worker.close(graceMs)));
      await desk.close();
    },
  };
}
