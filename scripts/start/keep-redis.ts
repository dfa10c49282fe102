import type { EnsuredRedis } from "../redis/ensure-redis.ts";
import type { PrivateRedis } from "../redis/private-redis.ts";
import { type RestartPolicy, restartDelayMs } from "../stack/restart-policy.ts";

export interface RedisEvents {
  say(line: string): void;
  /** It died too often. */
  giveUp(sentence: string): void;
}

export interface KeptRedis {
  /** Its process by name; empty for one of REDIS_URL. */
  pids(): Record<string, number>;
  stop(): Promise<void>;
}

/** Starts a private Redis again, on the same data and port, when it dies; leaves one of REDIS_URL alone. */
export function keepRedis(redis: EnsuredRedis, policy: RestartPolicy, { say, giveUp }: RedisEvents): KeptRedis {
  let server: PrivateRedis | null = redis.server;
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;
  let starting: Promise<void> = Promise.resolve();
  const deathsMs: number[] = [];

  const revive = (died: PrivateRedis): void => {
    if (isStopping) return;
    deathsMs.push(performance.now());
    const delayMs = restartDelayMs(policy, deathsMs);
    if (delayMs === null) return giveUp(`Redis ended ${policy.maxDeaths} times within ${policy.windowMs / 1000} s: see its log.`);
    say(`Redis ended: starting it again in ${delayMs / 1000} s.`);
    timer = setTimeout(() => {
      starting = died.startAgain().then(
        (started) => {
          server = started;
          say("Redis is back.");
          watch(started);
        },
        () => revive(died),
      );
    }, delayMs);
  };
  const watch = (watched: PrivateRedis): void => void watched.exited.then(() => revive(watched));
  if (server !== null) watch(server);

  return {
    pids: () => (server === null ? {} : { redis: server.pid }),
    stop: async () => {
      isStopping = true;
      clearTimeout(timer);
      await starting;
      await server?.stop();
    },
  };
}
