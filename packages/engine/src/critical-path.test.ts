import { describe, expect, it } from "vitest";
import { toCriticalPath } from "./critical-path.ts";
import { answered } from "./fixtures/fake-run.ts";
import type { StageRecord } from "./timeline.ts";

function record(name: string, ended: string[], index = 0): StageRecord {
  return { name, index, beganAtMs: 0, endedAtMs: 0, reason: "all", steps: ended, ended };
}

describe("toCriticalPath", () => {
  it("names the last of each stage, whatever order they are listed in", () => {
    const settled = [
      answered("a.0.0", 1, "", 30),
      answered("a.0.1", 1, "", 50),
      answered("a.0.2", 1, "", 40),
      answered("final", 2, "", 90),
    ];
    expect(toCriticalPath([record("a", ["a.0.0", "a.0.1", "a.0.2"]), record("final", ["final"])], settled)).toEqual(["a.0.1", "final"]);
  });

  it("leaves out who had not ended when the stage was released, though an answer came later", () => {
    const settled = [answered("a.0.0", 1, "", 30), answered("a.0.1", 1, "", 500)];
    expect(toCriticalPath([record("a", ["a.0.0"])], settled)).toEqual(["a.0.0"]);
  });

  it("takes a composite member for as long as its last call", () => {
    const settled = [answered("a.0.0", 1, "", 50), answered("a.0.1/propose.0.0", 1, "", 20), answered("a.0.1/final", 1, "", 70)];
    const stages = [
      record("a", ["a.0.0", "a.0.1"]),
      record("a.0.1/propose", ["a.0.1/propose.0.0"]),
      record("a.0.1/final", ["a.0.1/final"]),
    ];
    expect(toCriticalPath(stages, settled)).toEqual(["a.0.1"]);
  });
});
