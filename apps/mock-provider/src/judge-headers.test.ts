import { expect, it } from "vitest";
import { parseJudgeHeaders, stageOf } from "./judge-headers.ts";

it("reads the judge's headers, numbers as numbers", () => {
  const headers = { "x-composite-run": "r", "x-composite-step": "propose.0.1", "x-composite-cell": "12", "x-composite-try": "odd" };
  expect(parseJudgeHeaders(headers)).toEqual({ run: "r", step: "propose.0.1", cell: 12, try: "odd" });
  expect(parseJudgeHeaders({})).toEqual({ run: null, step: null, cell: null, try: null });
});

it.each([
  ["final", "final"],
  ["final~1", "final"],
  ["review.0.1", "review"],
  ["propose.0.1/final", "final"],
])("finds the stage of %s", (step, stage) => {
  expect(stageOf(step)).toBe(stage);
});
