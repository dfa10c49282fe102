import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aggregateBallots } from "./ranking.ts";

const candidates = ["A", "B", "C", "D"].map((letter, slot) => ({ slot, label: `Response ${letter}` }));
const three = candidates.slice(0, 3);

/** A panel of 3 to 8 with ballots of every reviewer, each without its own answer where self-votes are excluded. */
const election = fc.tuple(fc.integer({ min: 3, max: 8 }), fc.boolean()).chain(([size, excludesSelf]) => {
  const slots = Array.from({ length: size }, (_, slot) => slot);
  const ballotOf = (reviewer: number) => {
    const shown = slots.filter((slot) => !excludesSelf || slot !== reviewer);
    return fc.shuffledSubarray(shown, { minLength: shown.length, maxLength: shown.length });
  };
  return fc.record({
    panel: fc.constant(slots.map((slot) => ({ slot, label: `Response ${slot}` }))),
    ballots: fc.tuple(...slots.map(ballotOf)).chain((ballots) => fc.subarray(ballots)),
  });
});

describe("the aggregate of ballots", () => {
  it("gives 1 to who is first everywhere and 0 to who is last everywhere", () => {
    expect(
      aggregateBallots(three, [
        [2, 0, 1],
        [2, 0, 1],
      ]),
    ).toEqual([
      { slot: 2, label: "Response C", score: 1, mean_position: 1, ballots: 2 },
      { slot: 0, label: "Response A", score: 0.5, mean_position: 2, ballots: 2 },
      { slot: 1, label: "Response B", score: 0, mean_position: 3, ballots: 2 },
    ]);
  });

  it("shows a tie as equal scores, in the order of the slots", () => {
    const ranking = aggregateBallots(three, [
      [0, 1, 2],
      [1, 0, 2],
    ]);
    expect(ranking.map(({ slot, score }) => [slot, score])).toEqual([
      [0, 0.75],
      [1, 0.75],
      [2, 0],
    ]);
  });

  it("compares answers by their mean, so that an answer loses nothing by its author's excluded vote", () => {
    const ranking = aggregateBallots(three, [
      [1, 2],
      [0, 2],
      [0, 1],
    ]);
    expect(ranking.map(({ slot, score, ballots }) => [slot, score, ballots])).toEqual([
      [0, 1, 2],
      [1, 0.5, 2],
      [2, 0, 2],
    ]);
  });

  it("puts an answer that nobody ranked in the middle, with no ballots", () => {
    expect(aggregateBallots(three, [[1, 2]])).toEqual([
      { slot: 1, label: "Response B", score: 1, mean_position: 1, ballots: 1 },
      { slot: 0, label: "Response A", score: 0.5, mean_position: 2, ballots: 0 },
      { slot: 2, label: "Response C", score: 0, mean_position: 2, ballots: 1 },
    ]);
  });

  it("has every candidate once, with a score in 0..1 and a position on the ballot, best first", () => {
    fc.assert(
      fc.property(election, ({ panel, ballots }) => {
        const ranking = aggregateBallots(panel, ballots);
        expect(ranking.map(({ slot }) => slot).toSorted((left, right) => left - right)).toEqual(panel.map(({ slot }) => slot));
        for (const [index, { score, mean_position }] of ranking.entries()) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
          expect(mean_position).toBeGreaterThanOrEqual(1);
          expect(mean_position).toBeLessThanOrEqual(panel.length);
          expect(score).toBeLessThanOrEqual(ranking[index - 1]?.score ?? 1);
        }
      }),
    );
  });

  it("does not depend on the order of ballots or candidates", () => {
    fc.assert(
      fc.property(election, ({ panel, ballots }) => {
        expect(aggregateBallots(panel.toReversed(), ballots.toReversed())).toEqual(aggregateBallots(panel, ballots));
      }),
    );
  });

  it("follows the members when they change seats", () => {
    fc.assert(
      fc.property(election, ({ panel, ballots }) => {
        const seat = (slot: number) => panel.length - 1 - slot;
        const scores = new Map(aggregateBallots(panel, ballots).map(({ slot, score }) => [slot, score]));
        const moved = aggregateBallots(
          panel.map(({ slot, label }) => ({ slot: seat(slot), label })),
          ballots.map((ballot) => ballot.map(seat)),
        );
        for (const { slot, score } of moved) expect(score).toBe(scores.get(seat(slot)));
      }),
    );
  });

  it("mirrors the scores when every ballot is reversed", () => {
    fc.assert(
      fc.property(election, ({ panel, ballots }) => {
        const scores = new Map(aggregateBallots(panel, ballots).map(({ slot, score }) => [slot, score]));
        const reversed = ballots.map((ballot) => ballot.toReversed());
        for (const { slot, score } of aggregateBallots(panel, reversed)) expect(score).toBeCloseTo(1 - (scores.get(slot) ?? 0), 3);
      }),
    );
  });

  it("never lets an answer fall when one reviewer moves it up", () => {
    fc.assert(
      fc.property(election, fc.nat(), fc.nat(), ({ panel, ballots }, which, from) => {
        const ballot = ballots[which % Math.max(1, ballots.length)];
        if (ballot === undefined) return;
        const at = 1 + (from % (ballot.length - 1));
        const raised = ballot[at] ?? 0;
        const better = [...ballot.slice(0, at - 1), raised, ballot[at - 1] ?? 0, ...ballot.slice(at + 1)];
        const scoreIn = (all: number[][]) => aggregateBallots(panel, all).find(({ slot }) => slot === raised)?.score ?? 0;
        expect(scoreIn(ballots.map((one) => (one === ballot ? better : one)))).toBeGreaterThanOrEqual(scoreIn(ballots));
      }),
    );
  });

  it("is not moved by abstentions", () => {
    fc.assert(
      fc.property(election, ({ panel, ballots }) => {
        expect(aggregateBallots(panel, [...ballots, [], [0]])).toEqual(aggregateBallots(panel, ballots));
      }),
    );
  });
});
