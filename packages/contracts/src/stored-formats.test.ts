import { describe, expect, it } from "vitest";
import { type CallJob, parseCallJob, parseCallReport } from "./call.ts";
import { PLAN, settled } from "./fixtures/sample-run.ts";
import { parseRunJob, parseRunPlan } from "./run-plan.ts";

const CALL_JOB: CallJob = {
  v: 1,
  run: "r",
  dispatch: 1000,
  caller: "team-a",
  priority: "batch",
  provider: "openai",
  digest: "d",
  prompts: [[{ role: "user", content: "why?" }]],
  steps: [
    {
      step: "final",
      stage: "final",
      slot: 0,
      role: "aggregator",
      rank: 0,
      model: "m",
      params: {},
      prompt: 0,
      publish: "delta",
      stream: true,
    },
  ],
  deadlineMs: 61_000,
  queuedAtMs: 2000,
};

/** The same with a field more in every object below it, as a newer release might write it; maps that clients fill apart. */
function extended(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(extended);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    ["params", "options", "metadata"].includes(key) ? inner : extended(inner),
  ]);
  return { ...Object.fromEntries(entries), since_next_release: { any: "thing" } };
}

const FORMATS = [
  { name: "a run's plan", value: PLAN, parse: parseRunPlan },
  { name: "a run's job", value: { v: 1, run: "r" }, parse: parseRunJob },
  { name: "a call's job", value: CALL_JOB, parse: parseCallJob },
  { name: "a call's report", value: settled("final", "failed", 9000).report, parse: parseCallReport },
] as const;

describe.each(FORMATS)("$name, which processes of two releases share", ({ value, parse }) => {
  it("may have fields of a newer release", () => {
    expect(parse(extended(value))).toMatchObject(value ?? {});
  });

  it("says its version, and is refused where that is not known", () => {
    for (const v of [2, undefined]) expect(() => parse({ ...value, v })).toThrow(/"path": \[\s+"v"\s+\]/);
  });
});

describe("a call's job of the release before", () => {
  it("is one of an anonymous caller who waits for it, and begins something new", () => {
    const { caller: _caller, priority: _priority, steps, ...job } = CALL_JOB;
    const before = { ...job, steps: steps.map(({ rank: _rank, ...step }) => step) };
    expect(parseCallJob(before)).toMatchObject({ caller: "anonymous", priority: "interactive", steps: [{ rank: 2 }] });
  });
});
