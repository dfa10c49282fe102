import {
  addUsage,
  type CallReport,
  type CompositeCall,
  type CompositeExtension,
  NO_USAGE,
  type PlannedSlot,
  type PlannedStrategy,
  type Ranking,
  type RunPlan,
  toWireUsage,
} from "@composite-llm/contracts";
import { toCriticalPath } from "./critical-path.ts";
import type { Settled } from "./run-port.ts";
import type { RunNotes } from "./run-scope.ts";
import { finalKey, stepKey } from "./step-key.ts";
import type { Timeline } from "./timeline.ts";

export interface ExtensionParts {
  run: string;
  plan: RunPlan;
  timeline: Timeline;
  settled: readonly Settled[];
  notes: RunNotes;
  ranking: Ranking[];
  latencyMs: number;
  /** Redis time. */
  nowMs: number;
}

/** Every slot of a plan by the key of its step, those of nested composites among them. */
function slotsByStep(plan: PlannedStrategy, prefix = ""): Map<string, PlannedSlot> {
  const slots = new Map<string, PlannedSlot>();
  const put = (step: string, slot: PlannedSlot): void => {
    slots.set(step, slot);
    if (slot.member.nested !== null) for (const [inner, nested] of slotsByStep(slot.member.nested, `${step}/`)) slots.set(inner, nested);
  };
  for (const { name, layer, slots: members } of plan.stages) for (const slot of members) put(stepKey(prefix, name, layer, slot.slot), slot);
  put(finalKey(prefix), plan.final);
  return slots;
}

function toCompositeCall(slot: PlannedSlot, step: string, settled: Settled | undefined): CompositeCall {
  const report = settled?.report ?? null;
  return {
    step,
    slot: slot.slot,
    role: slot.role,
    provider: report?.provider ?? slot.member.provider,
    model: report?.model ?? slot.member.model,
    served_model: report?.servedModel ?? null,
    status: settled?.status ?? "cancelled",
    class: report?.failure?.class ?? null,
    tries: report?.tries ?? 0,
    queue_wait_ms: report?.queueWaitMs ?? 0,
    admission_wait_ms: report?.admissionWaitMs ?? 0,
    ttft_ms: report?.ttftMs ?? null,
    latency_ms: report?.latencyMs ?? 0,
    usage: toWireUsage(report?.usage ?? NO_USAGE),
    cost_usd: toUsd(report?.costNanoUsd ?? null),
    cost_source: report?.costSource ?? "unpriced",
    adjusted: report?.adjusted ?? [],
  };
}

function toUsd(nanoUsd: number | null): number | null {
  return nanoUsd === null ? null : nanoUsd / 1e9;
}

/** Sum of the costs that are known; null when none is. */
function sumCost(reports: readonly CallReport[]): number | null {
  const known = reports.map(({ costNanoUsd }) => costNanoUsd).filter((cost) => cost !== null);
  return known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0);
}

/** Builds `composite` of the response from what the journal and the stages say. */
export function toCompositeExtension(parts: ExtensionParts): CompositeExtension {
  const { plan, settled, notes } = parts;
  const slots = slotsByStep(plan.root);
  const stages = parts.timeline.stages();
  const lastOf = new Map(settled.map((entry) => [entry.step, entry]));
  const reports = settled.flatMap(({ report }) => (report === null ? [] : [report]));
  const wasted = settled.flatMap(({ status, report }) => (report === null || status === "succeeded" ? [] : [report]));
  const stepsAsked = stages.flatMap(({ steps }) => steps).filter((step) => slots.get(step)?.member.nested === null);

  return {
    run_id: parts.run,
    trace_id: plan.traceId,
    strategy: plan.root.strategy,
    profile: plan.profile,
    simulated: plan.simulated,
    plan_version: plan.planVersion,
    stages: stages.map(({ name, index, reason, beganAtMs, endedAtMs, steps }) => ({
      name,
      index,
      // One that its parent did not wait for ended with it.
      released: reason ?? "deadline",
      latency_ms: Math.max(0, (endedAtMs ?? parts.nowMs) - beganAtMs),
      calls: steps.flatMap((step) => {
        const slot = slots.get(step);
        return slot === undefined || slot.member.nested !== null ? [] : [toCompositeCall(slot, step, lastOf.get(step))];
      }),
    })),
    ranking: parts.ranking,
    usage: toWireUsage(reports.map(({ usage }) => usage).reduce(addUsage, NO_USAGE)),
    cost_usd: toUsd(sumCost(reports)),
    cost_final: stepsAsked.every((step) => lastOf.has(step)),
    wasted_usd: (sumCost(wasted) ?? 0) / 1e9,
    calls: stepsAsked.length,
    latency_ms: parts.latencyMs,
    critical_path: toCriticalPath(stages, settled),
    degraded: notes.degraded,
    failed: notes.failed.map(({ step, failure }) => ({ step, class: failure.class })),
  };
}
