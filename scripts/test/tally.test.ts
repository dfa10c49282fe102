import { describe, expect, it } from "vitest";
import { addTallies, parseSummaryLine, tallyOf, toSummaryLine } from "./tally.ts";

describe("a tally", () => {
  it("adds up and ends as one line", () => {
    const sum = addTallies([tallyOf("lint", "passed"), tallyOf("types", "failed"), tallyOf("containers", "skipped")]);
    expect(sum.failures).toEqual(["types"]);
    expect(toSummaryLine(sum)).toBe("1 passed, 1 failed, 1 skipped");
  });

  it("is read back from the last such line of an output", () => {
    expect(parseSummaryLine("1 passed, 0 failed, 0 skipped\nmore\n7 passed, 2 failed, 1 skipped\n\n")).toEqual({
      passed: 7,
      failed: 2,
      skipped: 1,
    });
    expect(parseSummaryLine("nothing of that kind")).toBeNull();
  });
});
