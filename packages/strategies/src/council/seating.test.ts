import type { PlannedSlot } from "@composite-llm/contracts";
import { createRandom } from "@composite-llm/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelAnswers, seatReviewers } from "./seating.ts";

function panel(role: "member" | "reviewer", models: string[]): PlannedSlot[] {
  return models.map((model, slot) => ({ slot, role, member: { name: model, provider: "fake", model, params: {}, nested: null } }));
}

function answersOf(slots: PlannedSlot[], seed: number) {
  const result = { servedModel: "", choices: [], usage: null };
  return labelAnswers(
    slots.map(({ slot }) => ({ slot, step: `answer.0.${slot}`, text: `text ${slot}`, result })),
    createRandom(seed),
  );
}

const same = Array.from({ length: 4 }, () => "same");
const options = (seed: number, excludeSelfVotes = true) => ({ excludeSelfVotes, random: createRandom(seed) });

describe("the labels", () => {
  it("run from A on and tell nothing of the slots", () => {
    const council = panel("member", same);
    expect(answersOf(council, 3).map(({ label }) => label)).toEqual(["Response A", "Response B", "Response C", "Response D"]);
    const firsts = new Set(Array.from({ length: 40 }, (_, seed) => answersOf(council, seed)[0]?.slot));
    expect(firsts).toEqual(new Set([0, 1, 2, 3]));
  });
});

describe("what reviewers are shown", () => {
  it("is the same on every replay and in an order of each one's own", () => {
    const council = panel("member", same);
    const shown = () => seatReviewers(panel("reviewer", ["w", "x", "y", "z"]), council, answersOf(council, 5), options(5));
    expect(shown()).toEqual(shown());
    const orders = new Set([...shown().values()].map((answers) => answers.map(({ label }) => label).join()));
    expect(orders.size).toBeGreaterThan(1);
  });

  it("is every answer but the one of the same slot, although all are of the same model", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 8 }), fc.nat(), (size, seed) => {
        const models = Array.from({ length: size }, () => "same");
        const council = panel("member", models);
        const seats = seatReviewers(panel("reviewer", models), council, answersOf(council, seed), options(seed));
        for (const [slot, answers] of seats) {
          expect(answers.map((answer) => answer.slot).toSorted((left, right) => left - right)).toEqual(
            council.map((other) => other.slot).filter((other) => other !== slot),
          );
        }
      }),
    );
  });

  it("is everything for a reviewer of another model in the same slot, and when self-votes are allowed", () => {
    const council = panel("member", ["a", "b", "c"]);
    const strangers = seatReviewers(panel("reviewer", ["c", "b"]), council, answersOf(council, 1), options(1));
    expect([strangers.get(0)?.length, strangers.get(1)?.length]).toEqual([3, 2]);
    const allowed = seatReviewers(panel("reviewer", ["a", "b", "c"]), council, answersOf(council, 1), options(1, false));
    expect([...allowed.values()].map((answers) => answers.length)).toEqual([3, 3, 3]);
  });

  it("is everything for a reviewer whose own answer failed", () => {
    const council = panel("member", same);
    const seats = seatReviewers(panel("reviewer", same), council, answersOf(council.slice(1), 1), options(1));
    expect([...seats.values()].map((answers) => answers.length)).toEqual([3, 2, 2, 2]);
  });
});
