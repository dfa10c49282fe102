import { expandMembers, finalMember } from "../options/expand-members.ts";
import type { DraftSlot, PlanInput, StrategyDraft, StrategyPlanner } from "../strategy.ts";
import { type MoaOptions, moaOptions } from "./options.ts";

/** Proposals shall differ. Wang et al., "Mixture-of-Agents" (arXiv 2406.04692), sample proposers at 0.7. */
const PROPOSER_TEMPERATURE = 0.7;

function planMoa({ options, base }: PlanInput<MoaOptions>): StrategyDraft {
  const { temperature } = options;
  const slots = expandMembers("proposers", options.proposers, base).map(({ member, field }): DraftSlot => {
    if (temperature === undefined) return { role: "proposer", member, field, defaults: { temperature: PROPOSER_TEMPERATURE } };
    return { role: "proposer", member: { ...member, params: { temperature, ...member.params } }, field };
  });
  return {
    stages: Array.from({ length: options.layers }, (_, layer) => ({ name: "propose", layer, slots })),
    final: { role: "aggregator", ...finalMember("aggregator", options.aggregator, base) },
  };
}

export const moaPlanner: StrategyPlanner<MoaOptions> = {
  name: "moa",
  description: "Mixture of agents: several models propose answers, in one or more layers, and an aggregator writes one answer from them.",
  options: moaOptions,
  plan: planMoa,
};
