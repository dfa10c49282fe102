import type { Clock } from "@composite-llm/core";

/**
 * Time inside the mock, which may run faster than its machine's: latencies, limits and outages follow it. `now()` stays the machine's wall
 * clock, because the ledger is compared with what others wrote down.
 */
export interface PacedClock extends Clock {
  /** How many of its milliseconds pass in a real one. */
  readonly scale: number;
  /** From now on; waits that have begun end as they would have. */
  setScale(scale: number): void;
  /** How long so many of its milliseconds really take. */
  toRealMs(ms: number): number;
}

/** A clock that runs as fast as the given one until it is told otherwise. */
export function createPacedClock(clock: Clock): PacedClock {
  let scale = 1;
  let [realMs, pacedMs] = [clock.monotonicMs(), 0];
  const monotonicMs = (): number => pacedMs + (clock.monotonicMs() - realMs) * scale;
  return {
    now: () => clock.now(),
    monotonicMs,
    get scale() {
      return scale;
    },
    setScale(next) {
      [pacedMs, realMs] = [monotonicMs(), clock.monotonicMs()];
      scale = next;
    },
    toRealMs: (ms) => ms / scale,
  };
}
