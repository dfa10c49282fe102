import type { Degraded } from "@composite-llm/contracts";
import { expandMembers } from "../options/expand-members.ts";
import { memberMessages } from "../prompt/member-messages.ts";
import type { StrategyContext, StrategyResult } from "../strategy.ts";
import type { CouncilOptions } from "./options.ts";
import { MIN_ANSWERS_TO_REVIEW } from "./plan.ts";
import { toChairmanMessages } from "./prompts.ts";
import { review } from "./review.ts";
import { labelAnswers } from "./seating.ts";

export async function runCouncil(context: StrategyContext<CouncilOptions>): Promise<StrategyResult> {
  const council = context.plan.stages.find(({ name }) => name === "answer")?.slots ?? [];
  const degraded: Degraded[] = isShrunk(context.options, council.length) ? [{ code: "panel_shrunk", stage: "answer", slot: null }] : [];

  const messages = memberMessages(context);
  const { answers } = await context.stage({ name: "answer", messages: () => messages });
  const [survivor] = answers;
  if (survivor !== undefined && answers.length === 1 && council.length > 1) {
    degraded.push({ code: "reviews_skipped", stage: "review", slot: null });
    degraded.push({ code: "single_survivor", stage: "answer", slot: survivor.slot });
    return { answer: survivor, degraded };
  }

  const labelled = labelAnswers(answers, context.random);
  const reviews = labelled.length < MIN_ANSWERS_TO_REVIEW ? null : await review(context, council, labelled);
  if (reviews === null) degraded.push({ code: "reviews_skipped", stage: "review", slot: null });
  const best = reviews?.ranking.toSorted((left, right) => right.score - left.score)[0];
  const fallback = answers.find(({ slot }) => slot === best?.slot) ?? survivor;
  const answer = await context.final(toChairmanMessages(context, labelled, reviews), fallback === undefined ? {} : { fallback });
  return { answer, ranking: reviews?.ranking ?? [], degraded };
}

/** Whether `max_council_size` left out members that were named. */
function isShrunk(options: CouncilOptions, seats: number): boolean {
  return options.council_models !== undefined && expandMembers("council_models", options.council_models, { model: "" }).length > seats;
}
