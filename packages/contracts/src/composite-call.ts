import type { CallReport, CallStatus } from "./call.ts";
import type { CompositeCall } from "./composite.ts";
import { otherPlaces, type PlannedSlot, type PlannedStrategy } from "./run-plan.ts";
import { fallbackPlace, finalKey, stepKey } from "./step-key.ts";
import { NO_USAGE, toWireUsage } from "./usage.ts";

/** What became of a call; a lost one has a report only where it was left between two tries. */
export interface SettledCall {
  step: string;
  status: CallStatus;
  report: CallReport | null;
}

/** What became of each step, whatever the order in which it is told: its success where it has one, else its newest dispatch. */
export function outcomesByStep(settled: readonly (SettledCall & { dispatch: number })[]): Map<string, SettledCall> {
  const known = new Map<string, SettledCall>();
  for (const call of settled.toSorted((left, right) => left.dispatch - right.dispatch)) {
    if (known.get(call.step)?.status !== "succeeded") known.set(call.step, call);
  }
  return known;
}

/** Every slot of a plan by the key of its step, those of nested composites among them. */
export function slotsByStep(plan: PlannedStrategy, prefix = ""): Map<string, PlannedSlot> {
  const slots = new Map<string, PlannedSlot>();
  const put = (step: string, slot: PlannedSlot): void => {
    slots.set(step, slot);
    if (slot.member.nested !== null) for (const [inner, nested] of slotsByStep(slot.member.nested, `${step}/`)) slots.set(inner, nested);
  };
  for (const { name, layer, slots: members } of plan.stages) for (const slot of members) put(stepKey(prefix, name, layer, slot.slot), slot);
  put(finalKey(prefix), plan.final);
  return slots;
}

/** A call as responses show it. @param settled what became of it; undefined when it was never reported */
export function toCompositeCall(slot: PlannedSlot, step: string, settled: Omit<SettledCall, "step"> | undefined): CompositeCall {
  const report = settled?.report ?? null;
  const { member } = slot;
  const place = otherPlaces(member)[fallbackPlace(step) - 1] ?? member;
  return {
    step,
    slot: slot.slot,
    role: slot.role,
    provider: report?.provider ?? place.provider,
    model: report?.model ?? place.model,
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

/** Sum of the costs that are known, in US dollars; null when none is. */
export function sumCostUsd(reports: readonly CallReport[]): number | null {
  const known = reports.map(({ costNanoUsd }) => costNanoUsd).filter((cost) => cost !== null);
  return toUsd(known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0));
}
