import { coalesceWrites } from "./coalesce-writes.ts";
import { type CommonRedisOptions, Redis } from "ioredis";

/** What the address of a Redis begins with. */
export const REDIS_PROTOCOLS = ["redis:", "rediss:", "unix:"] as const;

export interface RedisTarget {
  /** `redis://`, `rediss://`, or `unix://` and the path of a socket, which costs a local Redis half as much as TCP. */
  url: string;
  /** Prefix of every key; several installations can share one Redis. */
  prefix: string;
  /** Told about connection errors; ioredis reconnects by itself. */
  onError(error: Error): void;
}

/**
 * What a connection is for. `producer` answers within 2 s or fails, so that a client hears 503 at once; `worker` waits for Redis to come back;
 * `blocking` waits inside Redis and must not time out.
 */
export type ConnectionRole = "producer" | "worker" | "blocking" | "subscriber";

const ROLES = {
  // A connection that died without a word, as when its machine changes its address, is made anew.
  producer: { enableOfflineQueue: false, commandTimeout: 2000, maxRetriesPerRequest: 0, socketTimeout: 10_000 },
  worker: { maxRetriesPerRequest: null, socketTimeout: 30_000 },
  blocking: { maxRetriesPerRequest: null },
  subscriber: { maxRetriesPerRequest: null },
} as const satisfies Record<ConnectionRole, CommonRedisOptions>;

/** Longest wait between two attempts to reach a Redis that is gone. */
export const RECONNECT_MS = 2000;

function isSocket(url: string): boolean {
  return url.startsWith("unix:");
}

/** Where a Redis is, without its credentials. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return isSocket(url) ? pathname : host;
}

/** Opens a connection in the background; commands of a `producer` fail until it is ready. */
export function connectRedis(target: RedisTarget, role: ConnectionRole): Redis {
  const redis = new Redis(isSocket(target.url) ? decodeURIComponent(new URL(target.url).pathname) : target.url, {
    keepAlive: 5000,
    connectTimeout: 5000,
    retryStrategy: (times) => Math.min(times * 100, RECONNECT_MS),
    // After a failover the old master refuses writes: reconnect and send the command again.
    reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 2 : false),
    ...ROLES[role],
  });
  redis.on("error", (error: Error) => target.onError(error));
  coalesceWrites(redis);
  return redis;
}

/** Resolves when commands can be sent. */
export async function waitUntilReady(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === "ready") return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => settle(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    let lastError: Error | null = null;
    const onError = (error: Error) => {
      lastError = error;
    };
    const onReady = () => settle(null);
    function settle(error: Error | null): void {
      clearTimeout(timer);
      redis.off("ready", onReady);
      redis.off("error", onError);
      if (error === null) resolve();
      else reject(lastError ?? error);
    }
    redis.on("error", onError);
    redis.once("ready", onReady);
  });
}
