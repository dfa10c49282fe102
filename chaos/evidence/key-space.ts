import type { Redis } from "ioredis";
import { pause } from "../until.ts";
import type { KeyLeft } from "./evidence.ts";

export async function scan(redis: Redis, pattern: string): Promise<string[]> {
  const found = new Set<string>();
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "MATCH", pattern, "COUNT", 1000);
    cursor = next;
    for (const key of keys) found.add(key);
  } while (cursor !== "0");
  return [...found].toSorted();
}

/** All keys of an installation but the queues' own, and what processes keep that live: inboxes, and the leases of those who look after others. */
export async function keysOf(redis: Redis, prefix: string): Promise<string[]> {
  const keys = await scan(redis, `${prefix}:*`);
  const apart = ["q:", "inbox:", "sweeper", "limits:inbox:", "limits:granter:"].map((start) => `${prefix}:${start}`);
  return keys.filter((key) => !apart.some((start) => key.startsWith(start)));
}

/** Locks that workers hold on jobs. */
export function locksOf(redis: Redis, prefix: string): Promise<string[]> {
  return scan(redis, `${prefix}:q:*:lock`);
}

/** The same keys with how long they still live. */
export async function ttlsOf(redis: Redis, keys: readonly string[]): Promise<KeyLeft[]> {
  const ttls = await Promise.all(keys.map((key) => redis.pttl(key)));
  return keys.map((key, index) => ({ key, ttlMs: ttls[index] ?? -2 })).filter(({ ttlMs }) => ttlMs !== -2);
}

/** Winds the time of every key that expires forward to its end, and gives what is left. */
export async function windForward(redis: Redis, prefix: string): Promise<string[]> {
  const left = await ttlsOf(redis, await keysOf(redis, prefix));
  const passing = left.filter(({ ttlMs }) => ttlMs >= 0).map(({ key }) => key);
  for (const key of passing) await redis.pexpire(key, 1);
  await pause(50);
  return keysOf(redis, prefix);
}
