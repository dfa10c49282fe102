import { assert, property, string } from "fast-check";
import { expect, it } from "vitest";
import { countInputTokens, toPieces } from "./tokens.ts";

it("cuts any text into pieces that are the text again", () => {
  assert(property(string({ unit: "binary", maxLength: 200 }), (text) => toPieces(text).join("") === text));
});

it("cuts at words and at 8 characters, never through a code point", () => {
  expect(toPieces("[simulated gpt-5] So  it goes.\n")).toEqual(["[simulat", "ed", " gpt-5]", " So", "  it", " goes.", "\n"]);
  expect(toPieces("🙂".repeat(9))).toEqual(["🙂".repeat(8), "🙂"]);
  expect(toPieces("")).toEqual([]);
});

it("counts four characters of input as a token", () => {
  expect([0, 1, 4, 5].map(countInputTokens)).toEqual([0, 1, 1, 2]);
});
