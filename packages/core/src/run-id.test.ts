import { describe, expect, it } from "vitest";
import { createRunId, isRunId, shardOf } from "./run-id.ts";

describe("a run id", () => {
  it("is a UUIDv7 that carries its time and its shard", () => {
    const run = createRunId(0x0198f2a01234, 7);
    expect(isRunId(run)).toBe(true);
    expect(run.startsWith("0198f2a0-1234-7")).toBe(true);
    expect(shardOf(run)).toBe(7);
  });

  it("is ordered by time and never the same", () => {
    const runs = Array.from({ length: 1000 }, (_, index) => createRunId(1_000_000 + index));
    expect(runs.toSorted()).toEqual(runs);
    expect(new Set(Array.from({ length: 1000 }, () => createRunId(5))).size).toBe(1000);
  });

  it("is told apart from other text", () => {
    for (const text of ["", "0198f2a0", "0198f2a0-0000-4000-8000-000000000000", "../../etc/passwd"]) expect(isRunId(text)).toBe(false);
  });
});
