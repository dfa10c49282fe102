import type { PlannedSlot, PlannedStrategy } from "@composite-llm/contracts";
import type { LatencyBook } from "./latency-book.ts";

/** How much of a run's time is kept for what still has to come after a stage. */
export interface TimeLadder {
  /** What a stage leaves to the last call. Stages in between can be skipped, so nothing is kept for them. */
  keptForFinalMs: number;
  /** What a stage needs with the last call behind it: with less, one that can be skipped is. */
  neededMs(name: string, layer: number): number;
  /** What the last call is known to take: with less, the best answer so far is returned in its place. Null while that is not known. */
  finalMs: number | null;
}

/** Kept for the last call while nothing is known of it: a share of the run's time, within bounds. */
const UNKNOWN = { share: 0.1, mostMs: 15_000 };

/** @param totalMs the run's whole time */
export function createTimeLadder(plan: PlannedStrategy, totalMs: number, latencies: LatencyBook): TimeLadder {
  const slotMs = ({ role, member }: PlannedSlot): number | null =>
    member.nested === null ? latencies.p95Ms({ provider: member.provider, model: member.model, role }) : null;
  const finalMs = slotMs(plan.final);
  const keptForFinal = finalMs ?? Math.min(totalMs * UNKNOWN.share, UNKNOWN.mostMs);
  const stageMs = (index: number): number => Math.max(0, ...(plan.stages[index]?.slots ?? []).map((slot) => slotMs(slot) ?? 0));
  const indexOf = (name: string, layer: number): number => plan.stages.findIndex((stage) => stage.name === name && stage.layer === layer);
  return {
    finalMs,
    keptForFinalMs: keptForFinal,
    neededMs: (name, layer) => stageMs(indexOf(name, layer)) + keptForFinal,
  };
}

/** For a composite member: its parent's stage has the deadline. */
export const NO_LADDER: TimeLadder = { keptForFinalMs: 0, neededMs: () => 0, finalMs: null };
