import { connectRedis, placeOf, type RedisTarget, waitUntilReady } from "./connect-redis.ts";

/** What is wrong with a Redis and how to mend it. */
export interface RedisProblem {
  /** Whether it answers, but may not be used as it is set up. */
  isReachable: boolean;
  sentence: string;
}

/** Checks that Redis can be reached and never evicts keys; null when all is well. */
export async function checkRedis(target: RedisTarget, timeoutMs: number): Promise<RedisProblem | null> {
  const redis = connectRedis(target, "producer");
  try {
    await waitUntilReady(redis, timeoutMs);
    const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info("memory"))?.[1];
    if (policy === undefined || policy === "noeviction") return null;
    const sentence = `Redis at ${placeOf(target.url)} would evict keys of running work (maxmemory-policy is ${policy}): set it to noeviction.`;
    return { isReachable: true, sentence };
  } catch (error) {
    const sentence = `Redis cannot be reached at ${placeOf(target.url)}: ${(error as Error).message}. Check REDIS_URL.`;
    return { isReachable: false, sentence };
  } finally {
    redis.disconnect();
  }
}
