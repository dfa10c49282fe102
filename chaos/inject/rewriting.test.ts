import { describe, expect, it } from "vitest";
import { beginningOf, rewrite } from "./rewriting.ts";

describe("rewrite", () => {
  it("puts a text in the place of another and keeps the length", () => {
    const chunk = Buffer.from("one two three two ");
    expect(rewrite(chunk, { from: "two ", to: "2" }).toString()).toBe("one 2   three 2   ");
    expect(rewrite(chunk, { from: "four", to: "4" })).toBe(chunk);
    expect(() => rewrite(chunk, { from: "two", to: "three" })).toThrow("does not fit");
  });
});

describe("beginningOf", () => {
  it("finds a text that a chunk breaks off in", () => {
    expect(beginningOf(Buffer.from("a needle, a nee"), "needle")).toBe(12);
    expect(beginningOf(Buffer.from("a needle"), "needle")).toBe(8);
  });
});
