import type { Ranking } from "@composite-llm/contracts";

/** An answer that reviewers vote on, under the label that they know it by. */
export interface Candidate {
  slot: number;
  label: string;
}

/** Four digits: exact ties stay ties, and scores of up to 8 ballots that differ at all differ by more. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/**
 * The reviewers' common opinion, best first. An answer's score is the mean of its normalized Borda points over the ballots
 * that rank it: on a ballot of m answers the first gets 1, the last 0, position p gets (m − p) / (m − 1). A mean, not a
 * sum: with self-votes excluded, answers are ranked on different numbers of ballots. Equal scores are ordered by mean
 * position, then by slot. An answer that no ballot ranks has the neutral score ½, the middle position, and 0 ballots.
 *
 * @param ballots slots of candidates from best to worst, each at most once; ballots of fewer than two say nothing
 */
export function aggregateBallots(candidates: readonly Candidate[], ballots: readonly (readonly number[])[]): Ranking[] {
  const rows = candidates.map(({ slot, label }): Ranking => {
    let points = 0;
    let positions = 0;
    let count = 0;
    for (const ballot of ballots) {
      const index = ballot.indexOf(slot);
      if (index === -1 || ballot.length < 2) continue;
      points += (ballot.length - 1 - index) / (ballot.length - 1);
      positions += index + 1;
      count += 1;
    }
    if (count === 0) return { slot, label, score: 0.5, mean_position: round((candidates.length + 1) / 2), ballots: 0 };
    return { slot, label, score: round(points / count), mean_position: round(positions / count), ballots: count };
  });
  return rows.toSorted((left, right) => right.score - left.score || left.mean_position - right.mean_position || left.slot - right.slot);
}
