import type { PlannedSlot, Ranking } from "@composite-llm/contracts";
import type { StrategyContext } from "../strategy.ts";
import { parseBallot, toBallotParams } from "./ballot.ts";
import type { CouncilOptions } from "./options.ts";
import { toReviewerMessages } from "./prompts.ts";
import { aggregateBallots } from "./ranking.ts";
import { type LabelledAnswer, seatReviewers } from "./seating.ts";

export interface CouncilReviews {
  ranking: Ranking[];
  /** In the order of the reviewers' slots, of valid ballots only. */
  critiques: string[];
}

/**
 * Lets every reviewer rank the answers that it is shown.
 *
 * @returns null when no reviewer brought a valid ballot
 */
export async function review(
  context: StrategyContext<CouncilOptions>,
  council: readonly PlannedSlot[],
  answers: readonly LabelledAnswer[],
): Promise<CouncilReviews | null> {
  const { options, random } = context;
  const reviewers = context.plan.stages.find(({ name }) => name === "review")?.slots ?? [];
  const seats = seatReviewers(reviewers, council, answers, { excludeSelfVotes: options.exclude_self_votes, random });
  const shownTo = (slot: number): LabelledAnswer[] => seats.get(slot) ?? [];

  const outcome = await context.stage({
    name: "review",
    messages: ({ slot }) => toReviewerMessages(context, shownTo(slot), options.rubric),
    params: ({ slot }) =>
      toBallotParams(
        shownTo(slot)
          .map(({ label }) => label)
          .toSorted(),
      ),
    optional: true,
  });

  const ballots: number[][] = [];
  const critiques: string[] = [];
  for (const { slot, step, text } of outcome.answers) {
    const shown = shownTo(slot);
    const slots = new Map(shown.map(({ label, slot }) => [label, slot]));
    const ballot = parseBallot(text, [...slots.keys()]);
    const ranking = (ballot?.ranking ?? []).flatMap((label) => slots.get(label) ?? []);
    context.ballot(step, ranking, ballot?.critique ?? null);
    if (ballot === null) continue;
    ballots.push(ranking);
    if (ballot.critique !== null) critiques.push(ballot.critique);
  }
  return ballots.length === 0 ? null : { ranking: aggregateBallots(answers, ballots), critiques };
}
