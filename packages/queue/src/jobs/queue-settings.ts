import type { QueueOptions, WorkerOptions } from "bullmq";

export const RUNS_QUEUE = "runs";
export const WEBHOOKS_QUEUE = "webhooks";

/** The queue of the calls to one provider. */
export function callsQueue(provider: string): string {
  return `calls-${provider}`;
}

/**
 * Settings of every worker. Recovery after a killed process takes lock + stall check, so both are short; the stall count is no measure of a
 * poisonous job (it is never reset), so it may not end one. Figures: docs/performance.md.
 */
export const WORKER_SETTINGS = {
  lockDuration: 5000,
  stalledInterval: 2000,
  maxStalledCount: 100,
  drainDelay: 5,
  // Never `true`: a job that vanishes at once looks lost to those who check on it.
  removeOnComplete: { age: 30, count: 500 },
  removeOnFail: { age: 3600, count: 500 },
} as const satisfies Partial<WorkerOptions>;

export const QUEUE_SETTINGS = {
  streams: { events: { maxLen: 200 } },
  // Attempts are only for a processor that met a fault of Redis: what a run or a call comes to never fails its job.
  defaultJobOptions: {
    attempts: 60,
    backoff: { type: "fixed", delay: 1000 },
    removeOnComplete: WORKER_SETTINGS.removeOnComplete,
    removeOnFail: WORKER_SETTINGS.removeOnFail,
  },
} as const satisfies Partial<QueueOptions>;
