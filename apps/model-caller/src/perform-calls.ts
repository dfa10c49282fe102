import { readFile } from "node:fs/promises";
import { loadConfiguration } from "@composite-llm/configuration";
import { parseCallJob } from "@composite-llm/contracts";
import { isRunId, shardOf, systemClock } from "@composite-llm/core";
import { matchCatalogModel } from "@composite-llm/pricing";
import { createHttpFetch } from "@composite-llm/providers";
import { type CallDesk, claimOf, openCallDesk } from "@composite-llm/queue";
import type { Performer, ServiceContext } from "@composite-llm/runtime";
import { createCallTargets } from "./create-call-targets.ts";
import { makeCalls } from "./make-calls.ts";
import { limitsOf, openLimits, weightIn } from "./open-limits.ts";
import { parseConfig } from "./parse-config.ts";
import { startTimer } from "./start-timer.ts";

/** Calls that are to be made in a process of its own, and the job that the service holds for them. */
export interface CallOrder {
  /** Of the job. */
  data: unknown;
  fence: number;
  /** Those of its steps that are left to make. */
  steps: string[];
}

/** What makes the calls of one job in this process, which was forked for it. */
export async function preparePerformer({ env, logger, signal }: ServiceContext): Promise<Performer> {
  const config = parseConfig(env);
  const configuration = await loadConfiguration({
    env,
    readFile: (path) => readFile(path, "utf8"),
    strategies: null,
    matchCatalogModel,
  });
  const http = createHttpFetch();
  const targets = createCallTargets(configuration, { fetch: http.fetch, clock: systemClock });
  const onError = (error: Error): void => logger.warn({ err: error }, "redis");
  const target = { prefix: config.redisPrefix, onError };
  const shards = config.redisUrls.map((url) => ({ ...target, url }));
  const limits = await openLimits({ redis: { ...target, url: config.limitsRedisUrl }, shards, clock: systemClock, random: Math.random });
  await limits.configure(limitsOf(configuration));
  let desk: CallDesk | null = null;
  return {
    perform: async (order) => {
      const { data, fence, steps } = order as CallOrder;
      const job = parseCallJob(data);
      const shard = isRunId(job.run) ? shards[shardOf(job.run)] : undefined;
      if (shard === undefined) throw new Error("the order names no run of a known shard");
      logger.info({ run: job.run, steps }, "alone with the calls of a job");
      desk = await openCallDesk({ ...shard, clock: systemClock });
      const claims = job.steps.filter(({ step }) => steps.includes(step)).map((step) => claimOf(job, step, fence));
      return makeCalls(claims, {
        desk,
        limits,
        weightOf: (caller) => weightIn(configuration.apiKeys, caller),
        targetOf: (provider) => targets.get(provider) ?? null,
        clock: systemClock,
        random: Math.random,
        startTimer,
        closing: signal,
        logger,
      });
    },
    close: async () => {
      await limits.close();
      await desk?.close();
      await http.close();
    },
  };
}
