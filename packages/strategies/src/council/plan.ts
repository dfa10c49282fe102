import { expandMembers, finalMember } from "../options/expand-members.ts";
import type { DraftStage, PlanInput, StrategyDraft, StrategyPlanner } from "../strategy.ts";
import { type CouncilOptions, councilOptions } from "./options.ts";

/** With fewer answers there is nothing to rank: two would leave each reviewer one that is not its own. */
export const MIN_ANSWERS_TO_REVIEW = 3;

function planCouncil({ options, base }: PlanInput<CouncilOptions>): StrategyDraft {
  const council = expandMembers("council_models", options.council_models, base).slice(0, options.max_council_size);
  const reviewers = options.review_models === undefined ? council : expandMembers("review_models", options.review_models, base);
  const stages: DraftStage[] = [{ name: "answer", layer: 0, slots: council.map((named) => ({ role: "member", ...named })) }];
  if (council.length >= MIN_ANSWERS_TO_REVIEW) {
    stages.push({ name: "review", layer: 0, slots: reviewers.map((named) => ({ role: "reviewer", ...named })) });
  }
  return { stages, final: { role: "chairman", ...finalMember("chairman_model", options.chairman_model, base) } };
}

export const councilPlanner: StrategyPlanner<CouncilOptions> = {
  name: "council",
  description: "A council of models answers, ranks the answers anonymously, and a chairman writes one answer from answers and ranking.",
  options: councilOptions,
  stageNames: ["answer", "review"],
  plan: planCouncil,
};
