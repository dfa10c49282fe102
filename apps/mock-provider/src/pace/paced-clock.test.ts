import { expect, it } from "vitest";
import { createPacedClock } from "./paced-clock.ts";

it("goes on from where it stands when its pace changes, and leaves the wall clock alone", () => {
  let realMs = 1000;
  const clock = createPacedClock({ now: () => 5, monotonicMs: () => realMs });
  realMs += 100;
  expect(clock.monotonicMs()).toBe(100);
  clock.setScale(10);
  realMs += 100;
  expect([clock.monotonicMs(), clock.toRealMs(500), clock.now()]).toEqual([1100, 50, 5]);
  clock.setScale(1);
  realMs += 100;
  expect(clock.monotonicMs()).toBe(1200);
});
