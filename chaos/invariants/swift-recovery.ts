import { byStep, stepOf } from "../evidence/ledger-request.ts";
import type { Evidence, Recovery } from "../evidence/evidence.ts";
import type { Invariant } from "./verdict.ts";

const BAR_MS = 8_000;
/** Whose death delays a call that was taken up already. */
const WORKER = /^(model-caller|orchestrator)/;
/** The provider notices within so long that a caller is dead. */
const NOTICED_MS = 1_000;

/** The value that so many percent do not exceed, by the nearest rank. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1] ?? Number.NaN;
}

/** When each step was begun, by its records: also where whoever took it up died before its request left. */
function beginnings({ records }: Evidence): Map<string, number[]> {
  const begun = new Map<string, number[]>();
  for (const { kind, run, step, atMs } of records) {
    if (kind !== "started") continue;
    const key = `${run} ${stepOf(step)}`;
    begun.set(key, [...(begun.get(key) ?? []), atMs]);
  }
  return begun;
}

/** From the kill of a caller to the next beginning of each step whose request broke off with it. */
function recoveriesOfCalls(evidence: Evidence): Recovery[] {
  const { ledger, disturbances } = evidence;
  const begun = beginnings(evidence);
  const kills = disturbances.filter(({ of, kind }) => kind === "killed" && of.startsWith("model-caller"));
  const found: Recovery[] = [];
  for (const [step, requests] of byStep(ledger)) {
    requests.slice(1).forEach((next, index) => {
      const before = requests[index];
      if (before?.outcome !== "aborted") return;
      const kill = kills.find(({ fromMs }) => before.startedMs < fromMs && Math.abs((before.endedMs ?? 0) - fromMs) < NOTICED_MS);
      if (kill === undefined) return;
      const again = (begun.get(step) ?? []).filter((atMs) => atMs > kill.fromMs);
      const wentOnMs = Math.min(next.startedMs, ...again);
      const sinceFirstMs = wentOnMs - kill.fromMs;
      // What takes too long from the first kill may have been in the next one's hands: of another caller, or of its run's orchestrator.
      const last = disturbances.findLast(({ of, kind, fromMs }) => kind === "killed" && WORKER.test(of) && fromMs < wentOnMs) ?? kill;
      const ms = sinceFirstMs > BAR_MS ? wentOnMs - Math.max(kill.fromMs, last.fromMs) : sinceFirstMs;
      found.push({ of: kill.of, what: step, ms });
    });
  }
  return found;
}

/** All that was measured of how long what a killed process had in hand stood still. */
export function recoveriesOf(evidence: Evidence): Recovery[] {
  return [...evidence.recoveries, ...recoveriesOfCalls(evidence)];
}

export const swiftRecovery: Invariant = {
  name: "I7",
  demands: "what a killed process had in hand goes on within 8 s of the last kill of a worker before, in 95 of 100 cases",
  check: (evidence) => {
    const recoveries = recoveriesOf(evidence);
    if (recoveries.length === 0) return { figures: "nothing to recover", violations: [] };
    const times = recoveries.map(({ ms }) => ms);
    const p95 = percentile(times, 95);
    const seconds = (ms: number): string => (ms / 1000).toFixed(1);
    const figures = `p95 ${seconds(p95)} s, longest ${seconds(Math.max(...times))} s, of ${times.length}`;
    const slow = recoveries
      .filter(({ ms }) => ms > BAR_MS)
      .map(({ of, what, ms }) => `${what}, which ${of} had in hand, stood still for ${ms} ms`);
    return { figures, violations: p95 > BAR_MS ? slow : [] };
  },
};
