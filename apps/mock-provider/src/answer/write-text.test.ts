import { expect, it } from "vitest";
import { createRandom } from "@composite-llm/core";
import { writePieces, writeText } from "./write-text.ts";

it("says that it is simulated, in a few dozen words", () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const text = writeText("gpt-5", false, createRandom(seed));
    expect(text).toMatch(/^\[simulated gpt-5\] \S/);
    expect(text.split(" ").length).toBeGreaterThan(15);
    expect(text.split(" ").length).toBeLessThan(80);
  }
});

it("writes the same for the same seed and something else for another", () => {
  expect(writeText("m", false, createRandom(1))).toBe(writeText("m", false, createRandom(1)));
  expect(writeText("m", false, createRandom(1))).not.toBe(writeText("m", false, createRandom(2)));
});

it("has characters of two, three and four bytes when it is asked for them", () => {
  const text = writePieces("m", true, 400, createRandom(1)).join("");
  for (const range of [/[\u0080-\u07ff]/, /[\u0800-\uffff]/, /\p{Emoji_Presentation}/u]) expect(text).toMatch(range);
});

it.each([1, 3, 100, 250_000])("writes exactly %d tokens", (tokens) => {
  expect(writePieces("gpt-5", false, tokens, createRandom(1))).toHaveLength(tokens);
});
