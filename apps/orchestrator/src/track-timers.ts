import type { Timer } from "@composite-llm/engine";

/** The timers of one run. */
export interface TrackedTimers {
  startTimer: Timer;
  /** When the next of them is due, by the same clock as `now`; infinity without any. */
  nextDueMs(): number;
}

export function trackTimers(startTimer: Timer, now: () => number): TrackedTimers {
  const due = new Set<{ atMs: number }>();
  return {
    startTimer: (delayMs, callback) => {
      const timer = { atMs: now() + delayMs };
      due.add(timer);
      const stop = startTimer(delayMs, () => {
        due.delete(timer);
        callback();
      });
      return () => {
        due.delete(timer);
        stop();
      };
    },
    nextDueMs: () => Math.min(Number.POSITIVE_INFINITY, ...[...due].map(({ atMs }) => atMs)),
  };
}
