import { parseRunJob } from "@composite-llm/contracts";
import { isRunId } from "@composite-llm/core";
import { Queue, Worker } from "bullmq";
import { readRun } from "../gate/read-run.ts";
import { QUEUE_SETTINGS, WEBHOOKS_QUEUE, WORKER_SETTINGS } from "../jobs/queue-settings.ts";
import { connectRedis, type RedisTarget } from "../redis/connect-redis.ts";
import { toJournalSnapshot } from "../run/journal-snapshot.ts";
import { createKeys } from "../run/run-keys.ts";
import type { WebhookDesk, WebhookOutcome, WebhookTask } from "./webhook-desk.ts";
import { emptyOutbox } from "./webhook-outbox.ts";
import { WEBHOOK_TRIES } from "./webhook-retries.ts";

export interface WebhookDeskOptions extends RedisTarget {
  /** Webhooks under way at once. */
  concurrency: number;
  /** Sends one. What it throws is a failure of the try. */
  send(task: WebhookTask): Promise<WebhookOutcome>;
}

/** How often runs that ended are looked for. */
const LOOK_EVERY_MS = 500;

/** A run that expired meanwhile must not come back by this. */
const CLOSE_WEBHOOK = "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'webhook', ARGV[1]) end";

/** Takes part in sending webhooks. Each is sent until it is taken, at least once: who gets one twice knows it by its id. */
export function openWebhookDesk(options: WebhookDeskOptions): WebhookDesk {
  const keys = createKeys(options.prefix);
  const connection = connectRedis(options, "worker");
  connection.sadd(keys.queueNames, WEBHOOKS_QUEUE).catch(options.onError);
  const queue = new Queue(WEBHOOKS_QUEUE, { connection, prefix: keys.queues, ...QUEUE_SETTINGS });

  const worker = new Worker<unknown, void>(
    WEBHOOKS_QUEUE,
    async (job) => {
      const { run } = parseRunJob(job.data);
      if (!isRunId(run)) throw new Error("the webhook job names no run");
      // A second job of a run finds the webhook closed; an erased or expired run has nothing to tell.
      if ((await connection.hget(keys.run(run), "webhook")) !== "due") return;
      const stored = await readRun(connection, keys, run);
      if (stored === null || stored.plan.webhook === null) return;
      const journal = toJournalSnapshot(Object.entries(await connection.hgetall(keys.journal(run))).flat());
      const tryNumber = job.attemptsMade + 1;
      const isLastTry = tryNumber >= WEBHOOK_TRIES;
      const outcome = await options.send({ webhook: stored.plan.webhook, stored, journal, tryNumber, isLastTry }).catch((error: Error) => {
        options.onError(error);
        return "failed" as const;
      });
      if (outcome === "failed" && !isLastTry) throw new Error("the webhook was not taken");
      await connection.eval(CLOSE_WEBHOOK, 1, keys.run(run), outcome);
    },
    { connection, prefix: keys.queues, concurrency: options.concurrency, ...WORKER_SETTINGS },
  );
  queue.on("error", options.onError);
  worker.on("error", options.onError);

  let looking: Promise<void> | null = null;
  const timer = setInterval(() => {
    looking ??= emptyOutbox(connection, queue, keys)
      .catch(options.onError)
      .finally(() => {
        looking = null;
      });
  }, LOOK_EVERY_MS);

  return {
    isConsuming: () => worker.isRunning() && connection.status === "ready",
    close: async (graceMs) => {
      clearInterval(timer);
      await looking;
      const force = setTimeout(() => void worker.close(true).catch(options.onError), graceMs);
      await worker.close();
      clearTimeout(force);
      await queue.close();
      connection.disconnect();
    },
  };
}
