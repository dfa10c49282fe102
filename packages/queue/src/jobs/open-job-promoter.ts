import { Queue } from "bullmq";
import type { PromoteJob } from "../limits/limits-desk.ts";
import { connectRedis, type RedisTarget } from "../redis/connect-redis.ts";
import { createKeys } from "../run/run-keys.ts";
import { promoteJob } from "./promote-job.ts";
import { QUEUE_SETTINGS } from "./queue-settings.ts";

/** Brings jobs back that were put aside, in whichever shard they are. */
export interface JobPromoter {
  /** Rejects when the shard's Redis does not answer within 2 s: then it is not known whether the job is there. */
  readonly promote: PromoteJob;
  close(): Promise<void>;
}

/** @param shards in their order */
export function openJobPromoter(shards: readonly RedisTarget[]): JobPromoter {
  const connections = shards.map((target) => connectRedis(target, "producer"));
  const queues = new Map<string, Queue>();

  const queueOf = (shard: number, name: string): Queue | null => {
    const known = queues.get(`${shard} ${name}`);
    const [target, connection] = [shards[shard], connections[shard]];
    if (known !== undefined || target === undefined || connection === undefined) return known ?? null;
    const options = { connection, prefix: createKeys(target.prefix).queues, skipWaitingForReady: true, ...QUEUE_SETTINGS };
    const queue = new Queue(name, options);
    queue.on("error", target.onError);
    queues.set(`${shard} ${name}`, queue);
    return queue;
  };

  return {
    promote: async (job) => {
      const queue = queueOf(job.shard, job.queue);
      // One of a shard that this process does not know is another's to look after.
      return queue === null || promoteJob(queue, job.id);
    },
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      for (const connection of connections) connection.disconnect();
    },
  };
}
