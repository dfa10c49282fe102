import type { Invariant } from "./verdict.ts";

export const nothingHeld: Invariant = {
  name: "I5",
  demands: "no lease, no job that waits or is worked on, and no open run is left, and nothing is under way at a provider",
  check: ({ openJobs, locks, openRuns, ledger }) => {
    const open = ledger.filter(({ endedMs }) => endedMs === null);
    const violations = [
      ...openJobs.map(({ queue, id, state }) => `job ${id} of ${queue} is ${state}`),
      ...locks.map((key) => `${key} is held`),
      ...openRuns.map((run) => `run ${run} is open`),
      ...open.map(({ id, run, step }) => `request ${id} of ${run} ${step} is under way`),
    ];
    const counts = `${openJobs.length} jobs, ${locks.length} locks, ${openRuns.length} runs, ${open.length} requests left`;
    return { figures: counts, violations };
  },
};
