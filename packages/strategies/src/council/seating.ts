import type { PlannedSlot } from "@composite-llm/contracts";
import { createPermutation, type Random } from "@composite-llm/core";
import type { Answer } from "../strategy.ts";

/** An answer under its anonymous label. */
export interface LabelledAnswer {
  slot: number;
  label: string;
  text: string;
}

/** Labels in an order of chance, so that neither letter nor place tells which member wrote an answer. */
export function labelAnswers(answers: readonly Answer[], random: Random): LabelledAnswer[] {
  return createPermutation(answers.length, random).flatMap((place, index) => {
    const answer = answers[place];
    return answer === undefined ? [] : [{ slot: answer.slot, label: `Response ${String.fromCodePoint(65 + index)}`, text: answer.text }];
  });
}

/** What each reviewer reads, by its slot: an order of its own, without its own answer where self-votes are excluded. */
export function seatReviewers(
  reviewers: readonly PlannedSlot[],
  council: readonly PlannedSlot[],
  answers: readonly LabelledAnswer[],
  options: { excludeSelfVotes: boolean; random: Random },
): Map<number, LabelledAnswer[]> {
  const seats = new Map<number, LabelledAnswer[]>();
  for (const reviewer of reviewers) {
    const order = createPermutation(answers.length, options.random).flatMap((place) => answers[place] ?? []);
    const own = options.excludeSelfVotes && isOwnSlot(reviewer, council) ? reviewer.slot : null;
    seats.set(
      reviewer.slot,
      order.filter(({ slot }) => slot !== own),
    );
  }
  return seats;
}

/** Other models that review from the same slot number have written nothing. */
function isOwnSlot(reviewer: PlannedSlot, council: readonly PlannedSlot[]): boolean {
  const author = council.find(({ slot }) => slot === reviewer.slot)?.member;
  if (author === undefined || author.provider !== reviewer.member.provider || author.model !== reviewer.member.model) return false;
  return author.nested === null || author.name === reviewer.member.name;
}
