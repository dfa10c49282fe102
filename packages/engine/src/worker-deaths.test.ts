import { createRegistry } from "@composite-llm/strategies";
import { describe, expect, it, vi } from "vitest";
import { executeRun } from "./execute-run.ts";
import { answered, createFakeRun, failed, type FakeRun, moaPlan, slot } from "./fixtures/fake-run.ts";
import { createLatencyBook } from "./latency-book.ts";
import { finalCallFailed } from "./run-failure.ts";

const three = [slot(0, "proposer"), slot(1, "proposer"), slot(2, "proposer")];

function execute(fake: FakeRun): Promise<void> {
  const onFault = (error: Error) => expect.fail(String(error.stack));
  return executeRun(fake.port, { registry: createRegistry([]), startTimer: fake.startTimer, latencies: createLatencyBook(), onFault });
}

function stepsOf(fake: FakeRun): string[][] {
  return fake.dispatched.map((steps) => steps.map(({ step }) => step));
}

describe("a job of several calls on which a worker died", () => {
  it("is repeated as one job for each call", async () => {
    const lost = { lostTimes: 1, text: "at last" };
    const fake = createFakeRun(moaPlan(three), { "propose.0.1": lost, "propose.0.2": lost });
    await execute(fake);
    expect(stepsOf(fake)).toEqual([["propose.0.0", "propose.0.1", "propose.0.2"], ["propose.0.1"], ["propose.0.2"], ["final"]]);
  });

  it("is repeated as such also by the owner that comes next", async () => {
    const settled = ["propose.0.0", "propose.0.1"].map((step) => ({ step, dispatch: 1001, status: "lost", report: null }) as const);
    const fake = createFakeRun(moaPlan(three), {}, { settled });
    await execute(fake);
    expect(stepsOf(fake)).toEqual([["propose.0.0"], ["propose.0.1"], ["propose.0.2"], ["final"]]);
  });
});

describe("a call that was lost and answers all the same", () => {
  it("is the answer of its step, while the one that was made instead is still under way", async () => {
    const fake = createFakeRun(moaPlan(three), { "propose.0.1": { lostTimes: 1, text: null } });
    const done = execute(fake);
    await vi.waitFor(() => expect(stepsOf(fake)).toContainEqual(["propose.0.1"]));
    fake.answer("propose.0.1", "of the first", 1);
    await done;
    if (fake.end?.state !== "succeeded") throw new Error("the run did not succeed");
    const { composite } = fake.end.data.completion;
    expect(composite.failed).toEqual([]);
    expect(composite.stages[0]?.calls.map(({ step, status }) => [step, status])).toEqual([
      ["propose.0.0", "succeeded"],
      ["propose.0.1", "succeeded"],
      ["propose.0.2", "succeeded"],
    ]);
    // Three members and the last call, each once.
    expect(composite.cost_usd).toBeCloseTo(4 * 1e-6);
    // What the other one costs is not known yet.
    expect(composite.cost_final).toBe(false);
  });

  it("is the answer of its step for the owner that comes next, in whatever order the journal has its calls", async () => {
    const won = answered("propose.0.1", 1001, "of the first");
    const lost = (dispatch: number) => ({ step: "propose.0.1", dispatch, status: "lost", report: null }) as const;
    for (const settled of [
      [won, lost(1002)],
      [lost(1002), won],
    ]) {
      const fake = createFakeRun(moaPlan(three), {}, { settled });
      await execute(fake);
      if (fake.end?.state !== "succeeded") throw new Error("the run did not succeed");
      const call = fake.end.data.completion.composite.stages[0]?.calls.find(({ step }) => step === "propose.0.1");
      expect(call).toMatchObject({ status: "succeeded", cost_usd: 1e-6 });
    }
  });
});

describe("a call that was given up because workers died on it", () => {
  it("fails the run with its reason when it was the last one", () => {
    const message = "The call was given up: 12 workers died while they made it (the last one: killed by SIGKILL).";
    const { report } = failed("final", 1, "unavailable", { status: null, code: "worker_deaths", message });
    if (report?.failure === null || report === null) throw new Error("it failed");
    const { apiError } = finalCallFailed("r", { step: "final", slot: 0, failure: report.failure }, true);
    expect(apiError).toMatchObject({ key: "worker_deaths", status: 500, message, headers: { "x-should-retry": "false" } });
    expect(apiError.body.composite).toEqual({ run_id: "r", failed: [{ step: "final", class: "unavailable" }] });
  });
});
