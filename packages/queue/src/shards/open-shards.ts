import { StartupError } from "@composite-llm/core";
import { checkRedis } from "../redis/check-redis.ts";
import type { RedisTarget } from "../redis/connect-redis.ts";

/** The same part of a process on each of several Redis instances. */
export interface Shards<Part> {
  readonly size: number;
  /** Null while the shard's Redis has not answered since this process started. */
  at(shard: number): Part | null;
  /** Whether all are there and this holds for each. */
  every(holds: (part: Part) => boolean): boolean;
  /** Whether this holds for any that is there. */
  some(holds: (part: Part) => boolean): boolean;
  /** Closes all, also one that is being opened. */
  close(closePart: (part: Part) => Promise<void>): Promise<void>;
}

export interface OpenShardsOptions<Part> {
  open(target: RedisTarget, shard: number): Promise<Part>;
  /** How long a Redis may take to answer at start. */
  timeoutMs?: number;
}

/** How often a Redis that did not answer at start is asked again. */
const ASK_EVERY_MS = 1000;

/**
 * Opens a part on every shard. One whose Redis does not answer joins once it does: the others have work to do meanwhile.
 *
 * @param targets in the order that gives the shards their numbers
 * @throws StartupError when a Redis may not be used as it is set up, or none answers
 */
export async function openShards<Part>(targets: readonly RedisTarget[], options: OpenShardsOptions<Part>): Promise<Shards<Part>> {
  const { open, timeoutMs = 5000 } = options;
  const parts: (Part | null)[] = targets.map(() => null);
  const closing = new AbortController();
  let closeLate: ((part: Part) => Promise<void>) | null = null;

  const shards = await Promise.all(targets.map(async (target, shard) => ({ target, shard, problem: await checkRedis(target, timeoutMs) })));
  const sound = shards.filter(({ problem }) => problem === null);
  const problems = shards.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  const fatal = problems.find(({ isReachable }) => isReachable) ?? (sound.length === 0 ? problems[0] : undefined);
  if (fatal !== undefined) throw new StartupError(fatal.sentence);

  const openPart = async (target: RedisTarget, shard: number): Promise<void> => {
    const part = await open(target, shard);
    if (closeLate === null) parts[shard] = part;
    else await closeLate(part);
  };

  /** Gives what is still in the way. */
  const tryAgain = async (target: RedisTarget, shard: number): Promise<Error | null> => {
    const problem = await checkRedis(target, timeoutMs);
    if (problem !== null) return new Error(problem.sentence);
    return openPart(target, shard).then(
      () => null,
      (error: unknown) => error as Error,
    );
  };

  const openLater = async (target: RedisTarget, shard: number): Promise<void> => {
    while (!closing.signal.aborted) {
      const inTheWay = await tryAgain(target, shard);
      if (inTheWay === null) return;
      target.onError(inTheWay);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  };

  await Promise.all(sound.map(({ target, shard }) => openPart(target, shard)));
  for (const { target, shard, problem } of shards) {
    if (problem !== null) void openLater(target, shard);
  }

  const opened = (): Part[] => parts.filter((part) => part !== null);
  return {
    size: targets.length,
    at: (shard) => parts[shard] ?? null,
    every: (holds) => parts.every((part) => part !== null && holds(part)),
    some: (holds) => opened().some(holds),
    close: async (closePart) => {
      closeLate = closePart;
      closing.abort();
      await Promise.all(opened().map(closePart));
    },
  };
}
