import { describe, expect, it } from "vitest";
import { limitAtOnce } from "./limit-at-once.ts";

describe("limitAtOnce", () => {
  it("has at most so many under way, takes the others in order, and goes on after a failure", async () => {
    const inTurn = limitAtOnce(2);
    const begun: number[] = [];
    const ends: PromiseWithResolvers<void>[] = [];
    const works = [0, 1, 2, 3].map((index) =>
      inTurn(async () => {
        begun.push(index);
        const end = Promise.withResolvers<void>();
        ends.push(end);
        await end.promise;
        return index;
      }),
    );
    expect(begun).toEqual([0, 1]);
    ends[1]?.reject(new Error("no"));
    await expect(works[1]).rejects.toThrow("no");
    expect(begun).toEqual([0, 1, 2]);
    ends[0]?.resolve();
    expect(await works[0]).toBe(0);
    expect(begun).toEqual([0, 1, 2, 3]);
    for (const end of ends) end.resolve();
    expect(await Promise.all([works[2], works[3]])).toEqual([2, 3]);
  });
});
