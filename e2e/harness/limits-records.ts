import type { Redis } from "ioredis";

/** All that a key holds, in one text. */
async function textOf(redis: Redis, key: string): Promise<string> {
  switch (await redis.type(key)) {
    case "hash":
      return JSON.stringify(await redis.hgetall(key));
    case "zset":
      return JSON.stringify(await redis.zrange(key, "0", "-1"));
    case "set":
      return JSON.stringify(await redis.smembers(key));
    case "string":
      return (await redis.get(key)) ?? "";
    default:
      // Inboxes, of which nothing is ever read twice.
      return "";
  }
}

/** Keys of the limits in which something of a run stands. */
export async function limitsKeysOf(redis: Redis, prefix: string, run: string): Promise<string[]> {
  const keys = await redis.keys(`${prefix}:limits:*`);
  const texts = await Promise.all(keys.map((key) => textOf(redis, key)));
  return keys.filter((key, index) => key.includes(run) || texts[index]?.includes(run) === true);
}
