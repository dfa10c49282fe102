import { couldLoseCall } from "../evidence/disturbance.ts";
import { byStep, type LedgerRequest, stepOf } from "../evidence/ledger-request.ts";
import type { Invariant } from "./verdict.ts";

/** A request leaves at most so long after its caller was told that it may. */
const ON_ITS_WAY_MS = 250;

export const nothingTwice: Invariant = {
  name: "I2",
  demands: "no request starts for a step that is committed, and only what was under way on a caller that died or lost its lock is repeated",
  check: ({ ledger, records, disturbances, clients }) => {
    const violations: string[] = [];
    const committed = new Map<string, number>();
    for (const { run, step, kind, status, atMs } of records) {
      const key = `${run} ${stepOf(step)}`;
      if (kind === "finished" && status === "succeeded") committed.set(key, Math.min(atMs, committed.get(key) ?? Infinity));
    }
    const failed = new Set(records.filter(({ kind, status }) => kind === "finished" && status === "failed").map(tryOf));
    const hasFailed = ({ outcome, run, step, cell, try: number }: LedgerRequest): boolean =>
      outcome === "error" || failed.has(tryOf({ run, step, dispatch: cell, try: number }));
    let [repeated, extra, underWay] = [0, 0, 0];
    // What the provider has sent is still with its caller until its end is recorded.
    const recordedMs = new Map<string, number>();
    for (const record of records) {
      if (record.kind === "finished") recordedMs.set(tryOf(record), Math.max(record.atMs, recordedMs.get(tryOf(record)) ?? 0));
    }
    const isExcused = ({ startedMs, endedMs, run, step, cell, try: number }: LedgerRequest): boolean => {
      const untilMs = Math.max(endedMs ?? Infinity, recordedMs.get(tryOf({ run, step, dispatch: cell, try: number })) ?? 0);
      return disturbances.some((one) => couldLoseCall(one, startedMs, untilMs));
    };
    for (const [key, requests] of byStep(ledger)) {
      const commitMs = committed.get(key);
      if (key.startsWith("null ")) continue;
      for (const { startedMs, id } of requests) {
        if (commitMs !== undefined && startedMs > commitMs + ON_ITS_WAY_MS)
          violations.push(`request ${id} of ${key} began ${startedMs - commitMs} ms after its commit`);
      }
      const completed = requests.filter(({ outcome }) => outcome === "completed");
      const lost = requests.filter(isExcused);
      underWay += lost.length;
      const excess = completed.length - (commitMs === undefined ? 0 : 1);
      if (commitMs !== undefined && excess > 0) extra += excess;
      if (commitMs !== undefined && excess > lost.length)
        violations.push(`${key} was completed ${completed.length} times, ${lost.length} excused`);
      requests.slice(1).forEach((request, index) => {
        const before = requests[index];
        if (before === undefined || request.step?.includes("~") === true) return;
        repeated += 1;
        // A failed try is tried again; anything else is only repeated when its caller lost it.
        if (!hasFailed(before) && !requests.slice(0, index + 1).some(isExcused))
          violations.push(`request ${request.id} of ${key} repeats ${before.id}, which nobody lost`);
      });
    }
    const doubled = clients.filter(
      ({ idempotencyKey, runs, tries }) => idempotencyKey !== null && runs.length > 1 && !tries.some(hadFailed),
    );
    for (const { runs } of doubled) violations.push(`one key made the runs ${runs.join(", ")}`);
    const figures = `${ledger.length} requests, ${committed.size} steps committed; ${repeated} requests were repeats, ${extra} completed beyond the committed; ${underWay} were under way on what was disturbed`;
    return { figures, violations };
  },
};

function tryOf(call: { run: string | null; step: string | null; dispatch: number | null; try: number | null }): string {
  return `${call.run} ${call.step}#${call.dispatch}.${call.try}`;
}

/** Whether a run ended badly, after which its key is free again. */
function hadFailed({ status, error }: { status: number | null; error: string | null }): boolean {
  return status === 502 || status === 504 || (status === 200 && error !== null);
}
