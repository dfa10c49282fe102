import { callsQueue, createWorker, type JobWorker, type RedisTarget } from "@composite-llm/queue";
import { createCallsInHand } from "./calls-in-hand.ts";
import { type CallJobDeps, processCallJob } from "./process-call-job.ts";

/** One worker for each provider whose calls this process makes. */
export interface ProviderWorkers {
  /** Starts workers for providers that are new and ends those of providers that are gone. */
  serve(providers: Iterable<string>): Promise<void>;
  isConsuming(): boolean;
  /** How long the jobs in hand may still take. */
  drainMs(): number;
  /** Takes no new job and waits for those in hand, until their time is over. */
  close(): Promise<void>;
}

/** From the end of a call's time to its commit. */
const COMMIT_MS = 5000;

export function createProviderWorkers(redis: RedisTarget, concurrency: number, shared: Omit<CallJobDeps, "inHand">): ProviderWorkers {
  const inHand = createCallsInHand();
  const deps: CallJobDeps = { ...shared, inHand };
  const drainMs = (): number => Math.max(0, inHand.latestMs() - deps.desk.clock.now()) + COMMIT_MS;
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
      await Promise.all(leaving.map(([, worker]) => worker.close(drainMs())));
    },
    isConsuming: () => [...workers.values()].every((worker) => worker.isConsuming()),
    drainMs,
    close: async () => {
      const graceMs = drainMs();
      await Promise.all([...workers.values()].map((worker) => worker.close(graceMs)));
    },
  };
}
