import { describe, expect, it } from "vitest";
import { chooseShard } from "./choose-shard.ts";

describe("the shard of a run", () => {
  it("never changes for the same request, in no release", () => {
    const chosen = ["a", "b", "c", "d", "e", "f", "g", "h"].map((key) => chooseShard("billing", key, 3));
    expect(chosen).toEqual([2, 1, 0, 1, 2, 0, 0, 2]);
  });

  it("is the only one there is", () => {
    expect(chooseShard("anonymous", "key", 1)).toBe(0);
  });

  it("gives each of several its share", () => {
    const chosen = Array.from({ length: 4000 }, (_, key) => chooseShard("anonymous", String(key), 4));
    for (const shard of [0, 1, 2, 3]) expect(Math.abs(chosen.filter((each) => each === shard).length - 1000)).toBeLessThan(120);
  });

  it("depends on the caller too", () => {
    const keys = Array.from({ length: 64 }, (_, key) => String(key));
    expect(keys.map((key) => chooseShard("a", key, 2))).not.toEqual(keys.map((key) => chooseShard("b", key, 2)));
  });
});
