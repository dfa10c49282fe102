import type { RunPlan } from "@composite-llm/contracts";
import { ApiError, type Clock, createRunId, type RunId } from "@composite-llm/core";
import { Queue } from "bullmq";
import { QUEUE_SETTINGS, RUNS_QUEUE } from "../jobs/queue-settings.ts";
import { connectRedis, type RedisTarget, waitUntilReady } from "../redis/connect-redis.ts";
import { createKeys } from "../run/run-keys.ts";
import { createRunScripts } from "../run/run-scripts.ts";
import { CANCELLED } from "./cancelled.ts";
import { createEventHub } from "./event-hub.ts";
import type { RunGate } from "./run-gate.ts";

export interface RunGateOptions extends RedisTarget {
  clock: Clock;
  /** How long a run and its result stay in Redis after it ended. */
  resultTtlMs: number;
}

const UNAVAILABLE = "The queue does not answer, so the run is not carried out. Try again in a few seconds.";

/** Opens the gateway's side of the queues. Rejects when Redis cannot be reached within 5 s. */
export async function createRunGate(options: RunGateOptions): Promise<RunGate> {
  const keys = createKeys(options.prefix);
  const commands = connectRedis(options, "producer");
  const subscriber = connectRedis(options, "subscriber");
  try {
    await Promise.all([commands, subscriber].map((redis) => waitUntilReady(redis, 5000)));
  } catch (error) {
    for (const redis of [commands, subscriber]) redis.disconnect();
    throw error;
  }
  const scripts = createRunScripts(commands, keys);
  const runs = new Queue(RUNS_QUEUE, { connection: commands, prefix: keys.queues, skipWaitingForReady: true, ...QUEUE_SETTINGS });
  runs.on("error", options.onError);
  const monotonicMs = () => options.clock.monotonicMs();
  const hub = createEventHub({ subscriber, commands, keys, monotonicMs, onError: options.onError });

  const unavailable = (cause: unknown): ApiError => {
    options.onError(cause as Error);
    return new ApiError("queue_unavailable", UNAVAILABLE, { retryAfterMs: 2000 });
  };

  const accept = async (run: RunId, plan: RunPlan): Promise<void> => {
    // Both travel on one connection, in this order, without waiting for each other: a job without its run is dropped by who takes it.
    const [[outcome]] = await Promise.all([
      scripts.accept(run, JSON.stringify(plan), plan.caller, plan.totalDeadlineMs, options.resultTtlMs),
      runs.add("run", { v: 1, run }, { jobId: `${run}.1` }),
    ]);
    if (outcome !== "ok") throw new Error(`accept: ${outcome}`);
  };

  return {
    submit: async (plan, follow) => {
      const run = createRunId(options.clock.now());
      // Followed before it exists, so that its first event already arrives.
      const following = hub.follow(run, follow, false);
      try {
        await accept(run, plan);
      } catch (error) {
        following.close();
        // It may have been accepted all the same, by a Redis that only answered late: the client is told that it was not, so it must not run.
        scripts.finish(run, "cancelled", "", "error", CANCELLED).catch(options.onError);
        throw unavailable(error);
      }
      return { run, following };
    },
    follow: (run, follow) => hub.follow(run, follow, true),
    cancel: async (run) => {
      await scripts.finish(run, "cancelled", "", "error", CANCELLED);
    },
    isReady: async () => {
      try {
        return subscriber.status === "ready" && (await commands.ping()) === "PONG";
      } catch {
        return false;
      }
    },
    close: async () => {
      hub.close();
      await runs.close();
      for (const redis of [commands, subscriber]) redis.disconnect();
    },
  };
}
