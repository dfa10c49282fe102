import { callsQueue, createWorker, type JobWorker, type RedisTarget } from "@composite-llm/queue";
import { type CallJobDeps, processCallJob } from "./process-call-job.ts";

/** One worker for each provider whose calls this process makes. */
export interface ProviderWorkers {
  /** Starts workers for providers that are new and ends those of providers that are gone. */
  serve(providers: Iterable<string>): Promise<void>;
  isConsuming(): boolean;
  /** Takes no new job and waits for those in hand, at most this long. */
  close(graceMs: number): Promise<void>;
}

/** How long the calls of a provider that left the configuration may go on. */
const LEAVING_MS = 300_000;

export function createProviderWorkers(redis: RedisTarget, concurrency: number, deps: CallJobDeps): ProviderWorkers {
  const workers = new Map<string, JobWorker>();
  return {
    serve: async (providers) => {
      const wanted = new Set(providers);
      for (const provider of wanted) {
        if (workers.has(provider)) continue;
        const process = (job: Parameters<typeof processCallJob>[0]) => processCallJob(job, deps);
        workers.set(provider, createWorker({ ...redis, queue: callsQueue(provider), concurrency, process }));
      }
      const leaving = [...workers].filter(([provider]) => !wanted.has(provider));
      for (const [provider] of leaving) workers.delete(provider);
      await Promise.all(leaving.map(([, worker]) => worker.close(LEAVING_MS)));
    },
    isConsuming: () => [...workers.values()].every((worker) => worker.isConsuming()),
    close: async (graceMs) => {
      await Promise.all([...workers.values()].map((worker) => worker.close(graceMs)));
    },
  };
}
