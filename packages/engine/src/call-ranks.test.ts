import type { PlannedStrategy, RunPlan } from "@composite-llm/contracts";
import { createRegistry, type Strategy } from "@composite-llm/strategies";
import { describe, expect, it } from "vitest";
import { executeRun } from "./execute-run.ts";
import { createFakeRun, moaPlan, slot, stage } from "./fixtures/fake-run.ts";
import { createLatencyBook } from "./latency-book.ts";

/** Every planned stage, one after the other, then the last call. */
const registry = createRegistry([
  {
    name: "panel",
    run: async ({ plan, messages, stage, final }) => {
      for (const { name, layer } of plan.stages) await stage({ name, layer, messages: () => messages });
      return { answer: await final(messages) };
    },
  } as Strategy,
]);

const REVIEW = stage("review", [slot(0, "reviewer")]);
const PANEL: PlannedStrategy = {
  strategy: "panel",
  options: {},
  stages: [stage("answer", [slot(0, "member"), slot(1, "member")]), REVIEW],
  final: slot(0, "chairman"),
  seed: 1,
};

function composite(outer: ReturnType<typeof slot>): ReturnType<typeof slot> {
  return { ...outer, member: { ...outer.member, nested: PANEL } };
}

async function ranksOf(root: PlannedStrategy, changes: Partial<RunPlan> = {}): Promise<Record<string, number>> {
  const fake = createFakeRun(moaPlan([], {}, { root, ...changes }), {});
  await executeRun(fake.port, {
    registry,
    startTimer: fake.startTimer,
    latencies: createLatencyBook(),
    onFault: (error) => expect.fail(String(error.stack)),
  });
  return Object.fromEntries(fake.dispatched.flat().map(({ step, rank }) => [step, rank]));
}

describe("the rank of a call", () => {
  it("is 0 for the last one of a panel, 1 for what builds on answers and 2 for what begins something", async () => {
    expect(await ranksOf(PANEL)).toEqual({ "answer.0.0": 2, "answer.0.1": 2, "review.0.0": 1, final: 0 });
  });

  it("is 1 for the last call of a member, which its run has to go on from", async () => {
    const root = { ...PANEL, stages: [stage("answer", [composite(slot(0, "member"))]), REVIEW] };
    expect(await ranksOf(root)).toEqual({
      "answer.0.0/answer.0.0": 2,
      "answer.0.0/answer.0.1": 2,
      "answer.0.0/review.0.0": 1,
      "answer.0.0/final": 1,
      "review.0.0": 1,
      final: 0,
    });
  });

  it("is 1 for all of a composite in the last place, but for its own last call", async () => {
    expect(await ranksOf({ ...PANEL, final: composite(slot(0, "chairman")) })).toMatchObject({
      "final/answer.0.0": 1,
      "final/review.0.0": 1,
      "final/final": 0,
    });
  });

  it("is 2 for a plain model, and 0 for what goes on with a panel of the request before", async () => {
    const single = { strategy: "single", options: {}, stages: [], final: slot(0, "single"), seed: 1 };
    expect(await ranksOf(single)).toEqual({ final: 2 });
    expect(await ranksOf(single, { finalOnly: true })).toEqual({ final: 2 });
    expect(await ranksOf(PANEL, { finalOnly: true })).toEqual({ final: 0 });
  });
});
