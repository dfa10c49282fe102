import { randomUUID } from "node:crypto";
import { isRunId } from "@composite-llm/core";
import { Queue } from "bullmq";
import { callsQueue, QUEUE_SETTINGS, RUNS_QUEUE } from "../jobs/queue-settings.ts";
import { connectRedis, type RedisTarget } from "../redis/connect-redis.ts";
import { createKeys } from "../run/run-keys.ts";
import { createRunScripts } from "../run/run-scripts.ts";
import { type Swept, sweepRun } from "./sweep-run.ts";

const EVERY_MS = 2000;
const LEASE_MS = 6000;
/** A run that gave a sign of life since is left alone. */
const SILENT_MS = 4000;
/** BullMQ removes jobs by age only when a next one ends; these are removed here. */
const OLD_JOB_MS = 60_000;
const CLEAN_EVERY_MS = 20_000;
const AT_ONCE = 500;

export interface SweeperOptions extends RedisTarget {
  /** Told of what was done to runs. */
  onSwept?(run: string, swept: Swept): void;
}

export interface Sweeper {
  close(): Promise<void>;
}

/** Takes part in sweeping: of all processes that do, one works at a time, by a lease. */
export function openSweeper(options: SweeperOptions): Sweeper {
  const keys = createKeys(options.prefix);
  const commands = connectRedis(options, "worker");
  const scripts = createRunScripts(commands, keys);
  const name = randomUUID();
  const runs = new Queue(RUNS_QUEUE, { connection: commands, prefix: keys.queues, ...QUEUE_SETTINGS });
  runs.on("error", options.onError);
  let cleanedAtMs = 0;

  const holdsLease = async (): Promise<boolean> => {
    if ((await commands.set(keys.sweeper, name, "PX", LEASE_MS, "NX")) === "OK") return true;
    if ((await commands.get(keys.sweeper)) !== name) return false;
    await commands.pexpire(keys.sweeper, LEASE_MS);
    return true;
  };

  /** Calls of runs that are gone or cancelled: where their provider has no worker, nobody would ever take them up and see that. */
  const removeOrphans = async (queue: Queue): Promise<void> => {
    const ids = await queue.getRanges(["wait", "delayed"], 0, AT_ONCE - 1, true);
    const looks = ids.map(async (id) => {
      const run = id.split(".")[0] ?? "";
      if (!isRunId(run)) return;
      const state = await commands.hget(keys.run(run), "state");
      if (state === null || state === "cancelled") await queue.remove(id);
    });
    await Promise.all(looks);
  };

  const clean = async (): Promise<void> => {
    for (const queueName of await commands.smembers(keys.queueNames)) {
      const queue =
        queueName === RUNS_QUEUE ? runs : new Queue(queueName, { connection: commands, prefix: keys.queues, ...QUEUE_SETTINGS });
      await queue.clean(OLD_JOB_MS, 1000, "completed");
      await queue.clean(OLD_JOB_MS, 1000, "failed");
      if (queueName.startsWith(callsQueue(""))) await removeOrphans(queue);
      if (queue !== runs) await queue.close();
    }
  };

  const sweep = async (): Promise<void> => {
    if (!(await holdsLease())) return;
    const [seconds, micros] = await commands.time();
    const nowMs = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    const open = await commands.zrangebyscore(keys.openRuns, "-inf", nowMs - SILENT_MS, "LIMIT", 0, AT_ONCE);
    for (const id of open) {
      if (!isRunId(id)) continue;
      const swept = await sweepRun(id, nowMs, { commands, scripts, keys, runs });
      // Looked at now, so that with many open runs all have their turn.
      if (swept === "left") await commands.zadd(keys.openRuns, "XX", nowMs - SILENT_MS + EVERY_MS, id);
      else options.onSwept?.(id, swept);
    }
    if (nowMs - cleanedAtMs < CLEAN_EVERY_MS) return;
    cleanedAtMs = nowMs;
    await clean();
  };

  let sweeping: Promise<void> | null = null;
  const timer = setInterval(() => {
    sweeping ??= sweep()
      .catch(options.onError)
      .finally(() => {
        sweeping = null;
      });
  }, EVERY_MS);

  return {
    close: async () => {
      clearInterval(timer);
      await sweeping;
      if ((await commands.get(keys.sweeper)) === name) await commands.del(keys.sweeper);
      await runs.close();
      commands.disconnect();
    },
  };
}
