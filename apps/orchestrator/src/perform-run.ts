import { isRunId, shardOf, systemClock } from "@composite-llm/core";
import { createLatencyBook } from "@composite-llm/engine";
import { openRunDesk, type RunDesk, type TakenJob } from "@composite-llm/queue";
import type { Performer, ServiceContext } from "@composite-llm/runtime";
import { executeOwned } from "./execute-owned.ts";
import { loadRegistry } from "./load-registry.ts";
import { parseConfig } from "./parse-config.ts";
import { startTimer } from "./start-timer.ts";

/** A run that is to be executed in a process of its own, and the job that the service holds for it. */
export interface RunOrder {
  run: string;
  job: Pick<TakenJob, "id" | "stalls">;
}

/** What executes one run in this process, which was forked for it. */
export async function preparePerformer({ env, logger, signal }: ServiceContext): Promise<Performer> {
  const config = parseConfig(env);
  const { registry } = await loadRegistry(env);
  let desk: RunDesk | null = null;
  return {
    perform: async (order) => {
      const { run, job } = order as RunOrder;
      const url = isRunId(run) ? config.redisUrls[shardOf(run)] : undefined;
      if (!isRunId(run) || url === undefined) throw new Error("the order names no run of a known shard");
      logger.info({ run }, "alone with a run");
      const onError = (error: Error): void => logger.warn({ err: error }, "redis");
      desk = await openRunDesk({ url, prefix: config.redisPrefix, onError, clock: systemClock });
      const port = await desk.take(run, job);
      if (port === null) return "done";
      const ended = await executeOwned(port, {
        registry: () => registry,
        startTimer,
        latencies: createLatencyBook(),
        closing: signal,
        logger,
      });
      // It was taken up to be held to its end, so it is never parked.
      return ended === "handed_back" ? ended : "done";
    },
    close: async () => desk?.close(),
  };
}
