import type { PlannedSlot, PlannedStrategy } from "@composite-llm/contracts";
import type { JsonObject } from "@composite-llm/core";
import type { DraftSlot, StrategyDraft } from "../strategy.ts";

/** A draft with its names resolved in the plainest way: what stands before the first slash is the provider. */
export function toFakePlan(strategy: string, options: JsonObject, draft: StrategyDraft, seed: number): PlannedStrategy {
  return {
    strategy,
    options,
    stages: draft.stages.map(({ name, layer, slots, policy }) => ({
      name,
      layer,
      slots: slots.map(toSlot),
      policy: { minSuccess: slots.length, graceMs: null, deadlineMs: null, keepLate: false, ...policy },
    })),
    final: toSlot(draft.final, 0),
    seed,
  };
}

function toSlot({ role, member, defaults }: DraftSlot, slot: number): PlannedSlot {
  const slash = member.model.indexOf("/");
  return {
    slot,
    role,
    member: {
      name: member.model,
      provider: member.provider ?? (slash === -1 ? "fake" : member.model.slice(0, slash)),
      model: member.model.slice(slash + 1),
      params: { ...defaults, ...member.params },
      nested: null,
    },
  };
}
