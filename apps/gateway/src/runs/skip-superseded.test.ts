import type { RunEvent } from "@composite-llm/contracts";
import { expect, test } from "vitest";
import { skipSuperseded } from "./skip-superseded.ts";

const delta = (number: number, attempt: number, text: string, step = "final"): RunEvent => ({
  number,
  kind: "delta",
  data: { step, stream_attempt: attempt, text },
});
const stage: RunEvent = { number: 2, kind: "stage", data: { name: "final", index: 0, state: "started", reason: null } };
const reset = (number: number): RunEvent => ({ number, kind: "reset", data: { step: "final", stream_attempt: 2 } });

function heard(replayedUntil: number, events: readonly RunEvent[]): number[] {
  const numbers: number[] = [];
  const listener = skipSuperseded(replayedUntil, { onEvent: ({ number }) => numbers.push(number), onLost: () => undefined });
  for (const event of events) listener.onEvent(event);
  return numbers;
}

const events = [delta(1, 1, "void"), stage, delta(3, 1, "kept", "other"), reset(4), delta(5, 2, "a"), delta(6, 2, "b")];

test("a replay is told once all of it is there, in order and without what was void", () => {
  expect(heard(6, events.slice(0, -1))).toEqual([]);
  expect(heard(6, events)).toEqual([2, 3, 5, 6]);
  expect(heard(5, events)).toEqual([2, 3, 5, 6]);
});

test("a replay may end with the reset itself", () => {
  expect(heard(4, events)).toEqual([2, 3, 5, 6]);
});

test("what happens behind the replay is told as it comes, a reset too", () => {
  expect(heard(3, events)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(heard(0, events)).toEqual([1, 2, 3, 4, 5, 6]);
});
