import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBallot, toBallotParams } from "./ballot.ts";

const labels = ["Response A", "Response B", "Response C"];
const ranking = ["Response B", "Response C", "Response A"];

describe("a ballot", () => {
  it.each([
    ["JSON", '{"critique": "B is right.", "ranking": ["Response B", "Response C", "Response A"]}'],
    ["JSON in a fence", '```json\n{"critique": "B is right.", "ranking": ["Response B", "Response C", "Response A"]}\n```'],
    ["JSON behind a preface", 'Here it is:\n{"ranking": ["B", "c", "**Response A**"], "critique": " B is right. "} Done.'],
    ["the text form", "B is right.\n\nFINAL RANKING:\n1. Response B\n2. Response C\n3. Response A"],
    [
      "the text form in Markdown",
      "B is right.\n\n**Final ranking:**\n\n- **Response B**\n- **Response C** (not as good as Response B)\n- Response A\n\nThat is all about Response C.",
    ],
    ["the text form in one line", "B is right.\nFINAL RANKING: Response B > Response C > Response A"],
    ["the text form with bare letters", "B is right.\nFINAL RANKING:\n1. B\n2. C\n3. A"],
    ["bare letters in one line", "B is right.\nFINAL RANKING: B, C, A"],
  ])("is read from %s", (_, text) => {
    expect(parseBallot(text, labels)).toEqual({ ranking, critique: "B is right." });
  });

  it("counts the last final ranking, because a critique may quote one", () => {
    const text = 'Response A says "FINAL RANKING: A, B, C". FINAL RANKING:\n1. Response B\n2. Response C\n3. Response A';
    expect(parseBallot(text, labels)?.ranking).toEqual(ranking);
  });

  it.each([
    ["an empty text", ""],
    ["prose", "All responses are good."],
    ["a ranking that leaves one out", '{"critique": "", "ranking": ["Response B", "Response C"]}'],
    ["a ranking that names one twice", '{"critique": "", "ranking": ["Response B", "Response B", "Response A"]}'],
    ["a ranking with a label that was not shown", '{"critique": "", "ranking": ["Response B", "Response C", "Response D"]}'],
    ["a ranking with one too many", '{"critique": "", "ranking": ["Response B", "Response C", "Response A", "Response A"]}'],
    ["a ranking of numbers", '{"critique": "", "ranking": [2, 3, 1]}'],
    ["a ranking that is no list", '{"critique": "", "ranking": "Response B"}'],
    ["a text form that leaves one out", "FINAL RANKING:\n1. Response B\n2. Response C"],
    ["a text form that names one twice", "FINAL RANKING:\n1. Response B\n2. Response B\n3. Response A"],
    ["broken JSON", '{"critique": "B", "ranking": ["Response B", "Resp'],
  ])("is an abstention when it is %s", (_, text) => {
    expect(parseBallot(text, labels)).toBeNull();
  });

  it("takes the text form when the JSON is not a ballot", () => {
    expect(parseBallot('{"ranking": []}\nFINAL RANKING: B > C > A', labels)?.ranking).toEqual(ranking);
  });

  it("without a critique has none", () => {
    expect(parseBallot(JSON.stringify({ ranking }), labels)).toEqual({ ranking, critique: null });
    expect(parseBallot("FINAL RANKING: B > C > A", labels)).toEqual({ ranking, critique: null });
  });

  it("is complete whatever it was read from, or an abstention", () => {
    const piece = fc.constantFrom(
      "FINAL RANKING:",
      "Response A",
      "Response B",
      "Response C",
      "1.",
      "\n",
      " > ",
      '{"ranking":[',
      '"A"',
      ",",
      "]}",
      "x",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const ballot = parseBallot(pieces.join(""), labels);
        return ballot === null || ballot.ranking.toSorted().join() === labels.join();
      }),
    );
  });

  it("is asked for by a schema that allows no other labels", () => {
    expect(toBallotParams(["Response B"])).toMatchObject({
      response_format: {
        type: "json_schema",
        json_schema: { strict: true, schema: { properties: { ranking: { items: { enum: ["Response B"] } } } } },
      },
    });
  });
});
