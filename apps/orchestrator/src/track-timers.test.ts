import { expect, it } from "vitest";
import { trackTimers } from "./track-timers.ts";

it("knows when the next timer is due that was neither stopped nor is over", () => {
  const callbacks: (() => void)[] = [];
  let nowMs = 1000;
  const timers = trackTimers(
    (_, callback) => {
      callbacks.push(callback);
      return () => undefined;
    },
    () => nowMs,
  );
  expect(timers.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
  const stop = timers.startTimer(500, () => undefined);
  timers.startTimer(900, () => undefined);
  nowMs = 1200;
  expect(timers.nextDueMs()).toBe(1500);
  stop();
  expect(timers.nextDueMs()).toBe(1900);
  callbacks[1]?.();
  expect(timers.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
});
