import type { Redis } from "ioredis";
import type { OpenJob } from "./evidence.ts";

const LISTS = ["wait", "active", "paused"];
const SETS = ["prioritized", "delayed", "waiting-children"];

/** Every job that is not finished, of all queues, by BullMQ's own keys. */
export async function readOpenJobs(redis: Redis, prefix: string): Promise<OpenJob[]> {
  const open: OpenJob[] = [];
  for (const queue of await redis.smembers(`${prefix}:queues`)) {
    const key = (state: string): string => `${prefix}:q:${queue}:${state}`;
    for (const state of LISTS) for (const id of await redis.lrange(key(state), 0, -1)) open.push({ queue, id, state });
    for (const state of SETS) for (const id of await redis.zrange(key(state), "0", "-1")) open.push({ queue, id, state });
  }
  return open;
}
