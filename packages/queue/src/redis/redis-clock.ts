import type { Clock } from "@composite-llm/core";

/** Redis time, which all deadlines use, read from a monotonic timer and an offset that every reply with a time corrects. */
export interface RedisClock {
  /** Milliseconds since 1970 as Redis counts them. */
  now(): number;
  /** Corrects the offset by a time that Redis gave in a reply just received. */
  observe(redisMs: number): void;
}

export function createRedisClock(clock: Clock): RedisClock {
  let offsetMs: number | null = null;
  return {
    now: () => Math.round(clock.monotonicMs() + (offsetMs ?? clock.now() - clock.monotonicMs())),
    observe: (redisMs) => {
      offsetMs = redisMs - clock.monotonicMs();
    },
  };
}
