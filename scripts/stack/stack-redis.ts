import { join } from "node:path";
import { type EnsuredRedis, ensureRedis } from "../redis/ensure-redis.ts";
import type { PrivateRedis } from "../redis/private-redis.ts";

/** A private Redis of a stack, which a test may end. */
export interface StackRedis {
  readonly url: string;
  /** Ends it by SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on its data and its port, once it was killed. */
  startAgain(): Promise<void>;
}

export interface RedisOfStack {
  url: string;
  /** For REDIS_URL of its services. */
  localUrl: string;
  /** Those that were started for it, in the order of the shards; none where REDIS_URL's is used. */
  servers: readonly StackRedis[];
  stop(): Promise<void>;
}

function toStackRedis(first: PrivateRedis): StackRedis & { stop(): Promise<void> } {
  let server = first;
  return {
    url: first.url,
    kill: async () => {
      process.kill(server.pid, "SIGKILL");
      await server.exited;
    },
    startAgain: async () => {
      server = await server.startAgain();
    },
    stop: () => server.stop(),
  };
}

/**
 * The Redis that a stack works on: of an address, or private ones.
 *
 * @param url used when it is given and no number of shards is
 * @param shards how many private ones; one when neither is given
 */
export async function openStackRedis(directory: string, url: string | undefined, shards: number | undefined): Promise<RedisOfStack> {
  const env = { PATH: process.env["PATH"], ...(shards === undefined ? { REDIS_URL: url } : {}) };
  const started: EnsuredRedis[] = [];
  for (let shard = 0; shard < (shards ?? 1); shard += 1) {
    started.push(await ensureRedis({ env, stateDirectory: join(directory, `redis-${shard}`), say: () => undefined }));
  }
  const servers = started.flatMap(({ server }) => (server === null ? [] : [toStackRedis(server)]));
  return {
    url: started.map((each) => each.url).join(","),
    localUrl: started.map((each) => each.localUrl).join(","),
    servers,
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  };
}
