import type { RunId } from "@composite-llm/core";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Keys } from "../run/run-keys.ts";
import { callsQueue, QUEUE_SETTINGS } from "./queue-settings.ts";

/** A job that makes calls of a run. */
export interface CallJobId {
  provider: string;
  id: string;
}

/** The field of a journal that says what a dispatch sends: the provider, and a digest of the requests. */
const INTENT = /^i:(\d+)$/;

/** What a journal notes of a dispatch. @param hash of its requests, without a `:` */
export function toIntent(provider: string, hash: string): string {
  return `${provider}:${hash}`;
}

/** The jobs that a journal names. @param fields keys and values in turn; those of journals that name no provider are left out */
export function callJobsOf(run: RunId, fields: readonly string[]): CallJobId[] {
  const jobs: CallJobId[] = [];
  for (let index = 0; index < fields.length; index += 2) {
    const dispatch = INTENT.exec(fields[index] ?? "")?.[1];
    const intent = fields[index + 1] ?? "";
    const end = intent.lastIndexOf(":");
    if (dispatch !== undefined && end > 0) jobs.push({ provider: intent.slice(0, end), id: `${run}.${dispatch}` });
  }
  return jobs;
}

/** Reads which jobs a run has. */
export async function readCallJobs(commands: Redis, keys: Keys, run: RunId): Promise<CallJobId[]> {
  const intents = (await commands.hkeys(keys.journal(run))).filter((field) => INTENT.test(field));
  if (intents.length === 0) return [];
  const values = await commands.hmget(keys.journal(run), ...intents);
  return callJobsOf(
    run,
    intents.flatMap((field, index) => [field, values[index] ?? ""]),
  );
}

/** Removes jobs with all that they hold, but for those that somebody works on. */
export async function removeCallJobs(commands: Redis, keys: Keys, jobs: readonly CallJobId[]): Promise<void> {
  for (const [provider, those] of Map.groupBy(jobs, (job) => job.provider)) {
    const queue = new Queue(callsQueue(provider), {
      connection: commands,
      prefix: keys.queues,
      skipWaitingForReady: true,
      ...QUEUE_SETTINGS,
    });
    queue.on("error", () => undefined);
    for (const { id } of those) await queue.remove(id);
    await queue.close();
  }
}
