import { isRunId } from "@composite-llm/core";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Keys } from "../run/run-keys.ts";
import { WEBHOOK_JOB } from "./webhook-retries.ts";

const AT_ONCE = 100;

/**
 * Gives runs that ended since their webhook's job, one a run: the job's id is the run's, so whoever crashes between the job and the removal, or
 * does the same at the same time, adds it in vain.
 */
export async function emptyOutbox(commands: Redis, queue: Queue, keys: Keys): Promise<void> {
  for (;;) {
    const due = await commands.zrange(keys.dueWebhooks, 0, `${AT_ONCE - 1}`);
    const runs = due.filter((id) => isRunId(id));
    await queue.addBulk(runs.map((run) => ({ name: "webhook", data: { v: 1, run }, opts: { ...WEBHOOK_JOB, jobId: run } })));
    if (due.length > 0) await commands.zrem(keys.dueWebhooks, ...due);
    if (due.length < AT_ONCE) return;
  }
}
