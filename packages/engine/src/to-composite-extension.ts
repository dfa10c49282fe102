import {
  addUsage,
  callKeys,
  type CompositeExtension,
  NO_USAGE,
  outcomesByStep,
  type PlannedSlot,
  type Ranking,
  type RunPlan,
  slotsByStep,
  sumCostUsd,
  toCompositeCall,
  toWireUsage,
} from "@composite-llm/contracts";
import { toCriticalPath } from "./critical-path.ts";
import type { Settled } from "./run-port.ts";
import type { RunNotes } from "./run-scope.ts";
import type { Timeline } from "./timeline.ts";

export interface ExtensionParts {
  run: string;
  plan: RunPlan;
  timeline: Timeline;
  settled: readonly Settled[];
  /** Calls that were dispatched and of which nothing is known yet. */
  unreported: number;
  /** Keys of calls at other places. */
  elsewhere: ReadonlySet<string>;
  notes: RunNotes;
  ranking: Ranking[];
  latencyMs: number;
  /** Redis time. */
  nowMs: number;
}

/** Builds `composite` of the response from what the journal and the stages say. */
export function toCompositeExtension(parts: ExtensionParts): CompositeExtension {
  const { plan, settled, notes } = parts;
  const slots = slotsByStep(plan.root);
  const stages = parts.timeline.stages();
  const outcomes = outcomesByStep(settled);
  const reports = settled.flatMap(({ report }) => (report === null ? [] : [report]));
  const wasted = settled.flatMap(({ status, report }) => (report === null || status === "succeeded" ? [] : [report]));
  const callsOf = ({ steps }: { steps: readonly string[] }): { step: string; slot: PlannedSlot }[] =>
    steps.flatMap((step) => {
      const slot = slots.get(step);
      if (slot === undefined || slot.member.nested !== null) return [];
      return callKeys(step).flatMap((key) => (key === step || parts.elsewhere.has(key) ? [{ step: key, slot }] : []));
    });
  const callsMade = stages.flatMap(callsOf);

  return {
    run_id: parts.run,
    trace_id: plan.traceId,
    strategy: plan.root.strategy,
    profile: plan.profile,
    simulated: plan.simulated,
    plan_version: plan.planVersion,
    stages: stages.map((stage) => ({
      name: stage.name,
      index: stage.index,
      // One that its parent did not wait for ended with it.
      released: stage.reason ?? "deadline",
      latency_ms: Math.max(0, (stage.endedAtMs ?? parts.nowMs) - stage.beganAtMs),
      calls: callsOf(stage).map(({ step, slot }) => toCompositeCall(slot, step, outcomes.get(step))),
    })),
    ranking: parts.ranking,
    usage: toWireUsage(reports.map(({ usage }) => usage).reduce(addUsage, NO_USAGE)),
    cost_usd: sumCostUsd(reports),
    cost_final: parts.unreported === 0 && callsMade.every(({ step }) => outcomes.has(step)),
    wasted_usd: sumCostUsd(wasted) ?? 0,
    calls: callsMade.length,
    latency_ms: parts.latencyMs,
    critical_path: toCriticalPath(stages, settled),
    degraded: notes.degraded,
    failed: notes.failed.map(({ step, failure }) => ({ step, class: failure.class })),
  };
}
