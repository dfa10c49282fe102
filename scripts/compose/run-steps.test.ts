import { describe, expect, it } from "vitest";
import { runSteps } from "./run-steps.ts";

describe("runSteps", () => {
  it("counts every step that shows what it should", async () => {
    const run = async (): Promise<void> => undefined;
    const tally = await runSteps(
      [
        { name: "one", run },
        { name: "two", run },
      ],
      () => undefined,
    );
    expect(tally).toEqual({ passed: 2, failed: 0, skipped: 0, failures: [] });
  });

  it("skips what stands behind a failure, and says why it failed", async () => {
    const said: string[] = [];
    const started: string[] = [];
    const tally = await runSteps(
      [
        { name: "build", run: () => Promise.reject(new Error("no space left")) },
        { name: "start", run: async () => void started.push("start") },
      ],
      (line) => said.push(line),
    );
    expect(tally).toEqual({ passed: 0, failed: 1, skipped: 1, failures: ["build"] });
    expect(started).toEqual([]);
    expect(said).toContain("no space left");
  });
});
