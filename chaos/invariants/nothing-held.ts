import type { Disturbance } from "../evidence/disturbance.ts";
import { isHeld } from "../evidence/limits-holds.ts";
import type { Invariant } from "./verdict.ts";

/** Whether a lease could be left to end by itself: whoever had it died, or could not reach Redis until then. */
function couldLeaveLease({ of }: Disturbance): boolean {
  return of === "redis" || of.startsWith("model-caller");
}

export const nothingHeld: Invariant = {
  name: "I5",
  demands:
    "no lock, no lease of a provider and no place in its queue, no job that waits or is worked on, and no open run is left, and nothing is under way at a provider; a lease is given back, and ends by itself only where its holder was disturbed",
  check: ({ openJobs, locks, openRuns, ledger, limitsHolds, disturbances }) => {
    const open = ledger.filter(({ endedMs }) => endedMs === null);
    const held = limitsHolds.filter(isHeld);
    const over = limitsHolds.filter((hold) => !isHeld(hold));
    const violations = [
      ...openJobs.map(({ queue, id, state }) => `job ${id} of ${queue} is ${state}`),
      ...locks.map((key) => `${key} is held`),
      ...held.map(({ kind, key, id }) => `the ${kind} ${id} is in ${key}`),
      ...openRuns.map((run) => `run ${run} is open`),
      ...open.map(({ id, run, step }) => `request ${id} of ${run} ${step} is under way`),
    ];
    if (!disturbances.some(couldLeaveLease)) violations.push(...over.map(({ key, id }) => `the lease ${id} in ${key} was not given back`));
    const counts = `${openJobs.length} jobs, ${locks.length} locks, ${held.length} leases and places, ${openRuns.length} runs, ${open.length} requests left; ${over.length} leases ended by themselves`;
    return { figures: counts, violations };
  },
};
