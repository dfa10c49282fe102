import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSampledCounter } from "./sampled-counter.ts";

/** A tokenizer of words and runs of white space, which keeps what it was given. */
function createSpy() {
  const given: string[] = [];
  const count = createSampledCounter((text) => {
    given.push(text);
    return text.match(/\S+|\s+/g)?.length ?? 0;
  });
  return { given, count };
}

const longest = (texts: readonly string[], expression: RegExp): number =>
  Math.max(0, ...texts.flatMap((text) => [...text.matchAll(expression)].map(([stretch]) => stretch.length)));

describe("the sampled counter", () => {
  it("gives ordinary short texts to the tokenizer as they are", () => {
    const { given, count } = createSpy();
    expect(count(["one two", "", "three"])).toBe(4);
    expect(given).toEqual(["one two", "three"]);
  });

  it("counts nothing of nothing", () => {
    expect(createSpy().count([])).toBe(0);
    expect(createSpy().count(["", ""])).toBe(0);
  });

  it.each([
    ["one word of a megabyte", ["a".repeat(2 ** 20)]],
    ["a megabyte of blanks", [" ".repeat(2 ** 20)]],
    ["a megabyte without blanks", ["中文没有空格".repeat(2 ** 17)]],
    ["a short text without blanks", ["x".repeat(4_000)]],
    ["a hundred thousand texts", Array.from({ length: 100_000 }, () => "a few words")],
  ])("never gives the tokenizer more than it can take in a moment: %s", (_, texts) => {
    const { given, count } = createSpy();
    count(texts);
    expect(given.join("").length).toBeLessThanOrEqual(4_096);
    expect(longest(given, /\S+/g)).toBeLessThanOrEqual(64);
    expect(longest(given, /\s+/g)).toBeLessThanOrEqual(64);
  });

  it("takes what it has not read to be like what it has", () => {
    const words = "some words ".repeat(50_000);
    expect(createSpy().count([words]) / 200_000).toBeCloseTo(1, 1);
    // Half of the length is one text, half another, of four times as many tokens.
    const short = "a b ".repeat(100_000);
    const long = "aaaaaaa ".repeat(50_000);
    expect(createSpy().count([short, long]) / 500_000).toBeCloseTo(1, 1);
    expect(createSpy().count([long, short]) / 500_000).toBeCloseTo(1, 1);
  });

  it("counts as many for a text in pieces as for the whole", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000), { minLength: 1, maxLength: 20 }), (lengths) => {
        const pieces = lengths.map((length) => "word and word ".repeat(length));
        const whole = createSpy().count([pieces.join("")]);
        expect(Math.abs(createSpy().count(pieces) - whole)).toBeLessThanOrEqual(20 + whole * 0.02);
      }),
      { numRuns: 30 },
    );
  });
});
