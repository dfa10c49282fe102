import { DelayedError, WaitingError, Worker } from "bullmq";
import { connectRedis, type RedisTarget } from "../redis/connect-redis.ts";
import { createKeys } from "../run/run-keys.ts";
import { WORKER_SETTINGS } from "./queue-settings.ts";

/** A job as a processor gets it. */
export interface TakenJob {
  id: string;
  data: unknown;
  /** How often the job has been taken up, this time included: it rises for good. */
  fence: number;
  /** How often the job was taken from a worker that died or lost its lock. */
  stalls: number;
  /** Aborted when the job's lock is lost or the worker gives it up. */
  signal: AbortSignal;
  /** Puts the job back for another worker, at once; the processor then ends by throwing what this gives. */
  handBack(): Promise<Error>;
  /** Puts the job back for a while, or until it is promoted; the processor then ends by throwing what this gives. */
  postpone(delayMs: number): Promise<Error>;
}

export interface JobWorker {
  /** Whether it fetches jobs: its connections stand and its loop runs. */
  isConsuming(): boolean;
  /** Stops taking jobs and waits for those in hand, at most this long. */
  close(graceMs: number): Promise<void>;
}

export interface JobWorkerOptions extends RedisTarget {
  queue: string;
  /** Jobs in hand at once, at most 500: renewing more locks blocks Redis. */
  concurrency: number;
  process(job: TakenJob): Promise<void>;
}

/** Takes jobs from a queue. A job whose processor throws is taken up again a second later. */
export function createWorker(options: JobWorkerOptions): JobWorker {
  const connection = connectRedis(options, "worker");
  const keys = createKeys(options.prefix);
  connection.sadd(keys.queueNames, options.queue).catch(options.onError);
  const worker = new Worker<unknown, void>(
    options.queue,
    // BullMQ hands a signal over only to processors with three parameters.
    async (job, token, signal) => {
      await options.process({
        id: job.id ?? "",
        data: job.data,
        fence: job.attemptsStarted,
        stalls: job.stalledCounter,
        signal: signal ?? new AbortController().signal,
        handBack: async () => {
          await job.moveToWait(token);
          return new WaitingError();
        },
        postpone: async (delayMs) => {
          // BullMQ counts by the machine's clock, and only ever as a difference.
          await job.moveToDelayed(Date.now() + delayMs, token);
          return new DelayedError();
        },
      });
    },
    { connection, prefix: keys.queues, concurrency: options.concurrency, ...WORKER_SETTINGS },
  );
  worker.on("error", options.onError);
  return {
    isConsuming: () => worker.isRunning() && connection.status === "ready",
    close: async (graceMs) => {
      const { promise: graceIsOver, resolve: end } = Promise.withResolvers<void>();
      const timer = setTimeout(end, graceMs);
      // BullMQ closes once: a second, forced close would only wait for the first. What is left is taken up by others when its lock ends.
      await Promise.race([worker.close().catch(options.onError), graceIsOver]);
      clearTimeout(timer);
      connection.disconnect();
    },
  };
}
