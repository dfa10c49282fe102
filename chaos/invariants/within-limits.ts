import type { Disturbance } from "../evidence/disturbance.ts";
import type { LedgerRequest } from "../evidence/ledger-request.ts";
import { mostInWindow } from "../evidence/windows.ts";
import type { Invariant } from "./verdict.ts";

const MINUTE_MS = 60_000;

/** The most requests that were under way at once. */
function mostAtOnce(requests: readonly LedgerRequest[]): { most: number; atMs: number } {
  const changes = requests.flatMap(({ startedMs, endedMs }) => [
    [startedMs, 1] as const,
    ...(endedMs === null ? [] : [[endedMs, -1] as const]),
  ]);
  // At the same millisecond an end comes first: the next one waits for it.
  changes.sort(([left, up], [right, down]) => left - right || up - down);
  let [now, most, atMs] = [0, 0, 0];
  for (const [ms, change] of changes) {
    now += change;
    if (now > most) [most, atMs] = [now, ms];
  }
  return { most, atMs };
}

/** What a process that was stopped from outside holds open, and cannot close. */
function heldByStopped(requests: readonly LedgerRequest[], disturbances: readonly Disturbance[], atMs: number): number {
  const stopped = disturbances.filter(({ kind, fromMs, untilMs }) => kind === "stopped" && fromMs <= atMs && atMs <= untilMs + 1_000);
  return requests.filter(
    ({ startedMs, endedMs }) => startedMs <= atMs && (endedMs ?? Infinity) > atMs && stopped.some(({ fromMs }) => startedMs <= fromMs),
  ).length;
}

function ofLimit(figure: number, limit: number | null): string {
  return limit === null ? String(figure) : `${figure} of ${limit}`;
}

export const withinLimits: Invariant = {
  name: "I4",
  demands:
    "no provider sees more requests under way, or in any minute, than it allows over all processes; under way those of a process that was stopped from outside are counted apart",
  check: ({ ledger, limits, disturbances }) => {
    const violations: string[] = [];
    const figures = Object.entries(limits).map(([wire, { concurrent, requestsPerMinute }]) => {
      const requests = ledger.filter((request) => request.wire === wire);
      const { most, atMs } = mostAtOnce(requests);
      const apart = heldByStopped(requests, disturbances, atMs);
      if (concurrent !== null && most - apart > concurrent)
        violations.push(`${wire} had ${most} requests at once, ${apart} of a stopped process; it allows ${concurrent}`);
      const minute = mostInWindow(
        requests.map((request) => ({ atMs: request.startedMs, amount: 1, request })),
        MINUTE_MS,
      );
      if (requestsPerMinute !== null && minute.most > requestsPerMinute)
        violations.push(
          `${wire} had ${minute.most} requests in the minute that ends with request ${minute.last?.request.id} of ${minute.last?.request.run}; it allows ${requestsPerMinute}`,
        );
      return `${wire} ${ofLimit(most, concurrent)} at once and ${ofLimit(minute.most, requestsPerMinute)} in a minute`;
    });
    return { figures: `at most ${figures.join(", ")}`, violations };
  },
};
