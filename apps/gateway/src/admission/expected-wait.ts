import {
  type CallRank,
  otherPlaces,
  type PlannedMember,
  type PlannedStrategy,
  type Priority,
  type RunPlan,
} from "@composite-llm/contracts";
import type { LimitsBoard } from "@composite-llm/queue";

/** How a run's calls stand in the queues of their providers. */
interface Standing {
  board: Pick<LimitsBoard, "expectedWaitMs">;
  priority: Priority;
  /** Whether earlier stages of the run will have been paid for, and whether its own last call is the run's. */
  hasPaid: boolean;
  isLast: boolean;
}

/** Ranks of calls that wait for a batch are behind those of all others. */
const BATCH_BEHIND = 3;

/** The wait that is known for sure to come; where nobody can tell, none is. */
function waitOf(member: PlannedMember, rank: CallRank, { board, priority }: Standing): number {
  const callClass = rank + (priority === "batch" ? BATCH_BEHIND : 0);
  const places = [member, ...otherPlaces(member)];
  return Math.min(...places.map(({ provider, model }) => board.expectedWaitMs(provider, model, callClass) ?? 0));
}

function memberWait(member: PlannedMember, rank: CallRank, standing: Standing): number {
  return member.nested === null ? waitOf(member, rank, standing) : strategyWait(member.nested, standing);
}

function finalWait({ final }: PlannedStrategy, standing: Standing): number {
  const paidRank = standing.isLast ? 0 : 1;
  return memberWait(final.member, standing.hasPaid ? paidRank : 2, standing);
}

/** Members wait beside each other, and a stage for as many of them as it needs; stages wait one after the other. */
function strategyWait(plan: PlannedStrategy, standing: Standing): number {
  const stages = plan.stages.map(({ slots, policy }, index) => {
    const hasPaid = standing.hasPaid || index > 0;
    const within: Standing = { ...standing, hasPaid, isLast: false };
    const waits = slots.map(({ member }) => memberWait(member, hasPaid ? 1 : 2, within)).toSorted((left, right) => left - right);
    return waits[Math.min(policy.minSuccess, waits.length) - 1] ?? 0;
  });
  const hasPaid = standing.hasPaid || plan.stages.length > 0;
  return stages.reduce((sum, wait) => sum + wait, finalWait(plan, { ...standing, hasPaid }));
}

/**
 * How long a run is expected to wait for its providers' limits, all stages together, in ms. A call that may be made at several places waits for the
 * first that has room; one of which nobody can tell does not wait.
 */
export function expectedWaitMs({ root, priority, finalOnly }: RunPlan, board: Standing["board"]): number {
  const standing: Standing = { board, priority, hasPaid: false, isLast: true };
  if (!finalOnly) return strategyWait(root, standing);
  let last = root;
  while (last.final.member.nested !== null) last = last.final.member.nested;
  return finalWait(last, { ...standing, hasPaid: root.strategy !== "single" });
}
