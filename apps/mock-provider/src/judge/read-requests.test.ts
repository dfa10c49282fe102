import { expect, it } from "vitest";
import { readRequests } from "./read-requests.ts";

async function* lines(...entries: object[]): AsyncGenerator<string> {
  for (const entry of entries) yield JSON.stringify(entry);
}

it("joins begins and ends, also where a second process began to count anew", async () => {
  const requests = await readRequests(
    lines(
      { event: "started", id: 1, startedMs: 10 },
      { event: "started", id: 2, startedMs: 20 },
      { event: "ended", id: 1, startedMs: 10, endedMs: 30 },
      { event: "started", id: 1, startedMs: 100 },
      { event: "ended", id: 7, startedMs: 5, endedMs: 110 },
      { event: "ended", id: 1, startedMs: 100, endedMs: 120 },
    ),
  );
  expect(requests.map(({ startedMs, end }) => [startedMs, end?.endedMs ?? null])).toEqual([
    [10, 30],
    [20, null],
    [100, 120],
    [5, 110],
  ]);
});
