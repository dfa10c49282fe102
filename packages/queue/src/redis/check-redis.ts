import { connectRedis, type RedisTarget, waitUntilReady } from "./connect-redis.ts";

/**
 * Checks at start that Redis can be reached and never evicts keys.
 *
 * @returns a sentence on what is wrong and how to mend it; null when all is well
 */
export async function checkRedis(target: RedisTarget, timeoutMs = 5000): Promise<string | null> {
  const redis = connectRedis(target, "producer");
  try {
    await waitUntilReady(redis, timeoutMs);
    const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info("memory"))?.[1];
    if (policy === undefined || policy === "noeviction") return null;
    return `Redis would evict keys of running work (maxmemory-policy is ${policy}): set it to noeviction.`;
  } catch (error) {
    return `Redis cannot be reached at ${new URL(target.url).host}: ${(error as Error).message}. Check REDIS_URL.`;
  } finally {
    redis.disconnect();
  }
}
