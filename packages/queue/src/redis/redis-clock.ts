import type { Clock } from "@composite-llm/core";

/** Redis time, which all deadlines use, read from a monotonic timer and an offset that every reply with a time corrects. */
export interface RedisClock {
  /** Milliseconds since 1970 as Redis counts them. */
  now(): number;
  /** Corrects the offset by a time that Redis gave in a reply just received. */
  observe(redisMs: number): void;
}

/** How long the best observation is kept, so that a clock that was set is followed. */
const KEEP_MS = 10_000;

export function createRedisClock(clock: Clock): RedisClock {
  let offsetMs: number | null = null;
  let observedAtMs = 0;
  return {
    now: () => Math.round(clock.monotonicMs() + (offsetMs ?? clock.now() - clock.monotonicMs())),
    observe: (redisMs) => {
      const nowMs = clock.monotonicMs();
      // A reply is late by its way back, so of several observations the largest offset is nearest to the truth.
      if (offsetMs !== null && redisMs - nowMs < offsetMs && nowMs - observedAtMs < KEEP_MS) return;
      offsetMs = redisMs - nowMs;
      observedAtMs = nowMs;
    },
  };
}
