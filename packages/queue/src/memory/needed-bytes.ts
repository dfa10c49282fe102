import type { PlannedStrategy, RunPlan } from "@composite-llm/contracts";

/** What a call leaves behind: its report, the same in an inbox, its place in later prompts and in the result, the queue's own keys. */
const BYTES_PER_CALL = 32 * 1024;

/** Calls of a strategy, and jobs that carry them: those of a stage to one provider share one, with one copy of the conversation. */
function countWork(root: PlannedStrategy): { calls: number; jobs: number } {
  const total = { calls: 0, jobs: 0 };
  const stages = [...root.stages.map(({ slots }) => slots), [root.final]];
  for (const slots of stages) {
    const providers = new Set<string>();
    for (const { member } of slots) {
      const inner = member.nested === null ? null : countWork(member.nested);
      if (inner === null) providers.add(member.provider);
      // A second call is a job of its own.
      const hedges = member.hedge === undefined ? 0 : 1;
      total.calls += (inner?.calls ?? 1) + hedges;
      total.jobs += (inner?.jobs ?? 0) + hedges;
    }
    total.jobs += providers.size;
  }
  return total;
}

/**
 * Bytes of Redis that a run may come to need, its plan among them: an estimate on the safe side, since what does not fit would stop runs that are
 * under way.
 *
 * @param planBytes size of the plan as it is stored
 */
export function neededBytes(plan: RunPlan, planBytes: number): number {
  const { calls, jobs } = plan.finalOnly ? { calls: 1, jobs: 1 } : countWork(plan.root);
  return planBytes * (jobs + 1) + calls * BYTES_PER_CALL;
}
