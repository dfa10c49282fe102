import { createRandom } from "@composite-llm/core";
import { describe, expect, it } from "vitest";
import { findLabels, isBallotSchema, makeBallot, rank, writeBallot } from "./ballot.ts";

const LABELS = ["Response A", "Response B", "Response C"];

function ballotOf(items: object, isInvalid = false) {
  const schema = {
    type: "object",
    properties: { critique: { type: "string" }, ranking: { type: "array", items } },
    required: ["critique", "ranking"],
  };
  return makeBallot(schema, LABELS, isInvalid, { root: schema, random: createRandom(3), text: "text" });
}

describe("ballots", () => {
  it("finds the labels to rank, each once and sorted", () => {
    expect(findLabels("# Response B\n…\n# Response A: see Response B")).toEqual(["Response A", "Response B"]);
    expect(findLabels("only Response A, and Response AB")).toEqual([]);
  });

  it("recognises the schema of a ballot", () => {
    expect(isBallotSchema({ properties: { ranking: { type: "array" } } })).toBe(true);
    expect(isBallotSchema({ properties: { ranking: { type: "string" } } })).toBe(false);
    expect(isBallotSchema(true)).toBe(false);
  });

  it.each([
    ["labels", { type: "string" }, LABELS],
    ["the schema's own values", { enum: ["A", "B", "C", "D"] }, ["A", "B", "C", "D"]],
    ["numbers", { type: "integer" }, [1, 2, 3]],
  ])("ranks all %s once", (_, items, expected) => {
    const { ranking, critique } = ballotOf(items);
    expect(ranking).toHaveLength(expected.length);
    expect(new Set(ranking as unknown[])).toEqual(new Set<unknown>(expected));
    expect(critique).toBe("text");
  });

  it("puts labels and places into objects", () => {
    const { ranking } = ballotOf({
      type: "object",
      properties: { label: { type: "string" }, rank: { type: "integer" }, why: { type: "string" } },
    });
    const rows = ranking as { label: string; rank: number; why: string }[];
    expect(rows.map(({ label }) => label).toSorted()).toEqual(LABELS);
    expect(rows.map((row) => row.rank)).toEqual([1, 2, 3]);
    expect(rows[0]?.why).toBe("text");
  });

  it("leaves one out and names another twice when it is to be invalid", () => {
    const { ranking } = ballotOf({ type: "string" }, true);
    expect(ranking).toHaveLength(3);
    expect(new Set(ranking as string[]).size).toBe(2);
  });

  it("orders differently for other seeds", () => {
    const orders = new Set(Array.from({ length: 50 }, (_, seed) => rank(LABELS, false, createRandom(seed)).join()));
    expect(orders.size).toBe(6);
  });

  it("writes a ballot as text", () => {
    expect(writeBallot("Text.", ["Response B", "Response A"])).toBe("Text.\n\nFINAL RANKING:\n1. Response B\n2. Response A");
  });
});
