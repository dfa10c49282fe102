import type { PlannedSlot, RunPlan } from "@composite-llm/contracts";
import { FAILURE_CLASSES, WORKER_DEATHS } from "@composite-llm/core";
import { createRegistry } from "@composite-llm/strategies";
import { describe, expect, it, vi } from "vitest";
import { placesOf } from "./calls-elsewhere.ts";
import { executeRun } from "./execute-run.ts";
import { answered, createFakeRun, failed, type FakeRun, moaPlan, type Scripted, slot } from "./fixtures/fake-run.ts";
import { createLatencyBook } from "./latency-book.ts";
import type { RunPort } from "./run-port.ts";

const ELSEWHERE = ["azure", "reseller"].map((provider) => ({ provider, model: "same", params: { service_tier: provider } }));

/** A slot whose model has two other places. */
function placed(plain: PlannedSlot): PlannedSlot {
  return { ...plain, member: { ...plain.member, fallbacks: ELSEWHERE } };
}

/** A panel of three, the first of which may be called elsewhere, and so may the last model. */
function panel(changes: Partial<RunPlan> = {}): RunPlan {
  const plan = moaPlan([placed(slot(0, "proposer")), slot(1, "proposer"), slot(2, "proposer")], {}, changes);
  return { ...plan, root: { ...plan.root, final: placed(plan.root.final) } };
}

async function execute(script: Record<string, Scripted>, journal: Partial<RunPort["journal"]> = {}, plan = panel()): Promise<FakeRun> {
  return await executed(createFakeRun(plan, script, journal));
}

async function executed(fake: FakeRun): Promise<FakeRun> {
  const onFault = (error: Error) => expect.fail(String(error.stack));
  await executeRun(fake.port, { registry: createRegistry([]), startTimer: fake.startTimer, latencies: createLatencyBook(), onFault });
  return fake;
}

const stepsOf = (fake: FakeRun) => fake.dispatched.flat().map(({ step }) => step);

function compositeOf(fake: FakeRun) {
  if (fake.end?.state !== "succeeded") throw new Error(`the run ended ${JSON.stringify(fake.end)}`);
  return fake.end.data.completion.composite;
}

const fails = (...steps: string[]): Record<string, Scripted> => Object.fromEntries(steps.map((step) => [step, { fail: "unavailable" }]));

describe("a member whose call failed", () => {
  it("is called at the next place of its model, with what that place adds, and the response says so", async () => {
    const fake = await execute(fails("propose.0.0"));
    expect(stepsOf(fake)).toEqual(["propose.0.0", "propose.0.1", "propose.0.2", "propose.0.0~1", "final"]);
    expect(fake.dispatched[1]?.[0]).toMatchObject({ model: "same", params: { service_tier: "azure" }, slot: 0, role: "proposer" });
    expect(fake.dispatched.flat().map(({ hasFallback = false }) => hasFallback)).toEqual([true, false, false, true, true]);
    expect(fake.messages.get("propose.0.0~1")).toEqual(fake.messages.get("propose.0.0"));
    expect(JSON.stringify(fake.messages.get("final"))).toContain("answer of propose.0.0~1");
    const { stages, calls, failed: lost, degraded } = compositeOf(fake);
    expect(stages[0]?.calls.map(({ step, status }) => [step, status])).toEqual([
      ["propose.0.0", "failed"],
      ["propose.0.0~1", "succeeded"],
      ["propose.0.1", "succeeded"],
      ["propose.0.2", "succeeded"],
    ]);
    expect({ calls, lost, degraded }).toEqual({
      calls: 5,
      lost: [],
      degraded: [{ code: "fallback_model", stage: "propose", slot: 0 }],
    });
  });

  it("is called at one place after the other in their order, and is reported with its own failure when none answers", async () => {
    const fake = await execute({
      "propose.0.0": { fail: "rate_limited" },
      "propose.0.0~1": { fail: "timeout" },
      "propose.0.0~2": { fail: "auth" },
    });
    expect(stepsOf(fake)).toEqual(["propose.0.0", "propose.0.1", "propose.0.2", "propose.0.0~1", "propose.0.0~2", "final"]);
    const { failed: lost, degraded, stages } = compositeOf(fake);
    expect(lost).toEqual([{ step: "propose.0.0", class: "rate_limited" }]);
    expect(degraded).toEqual([{ code: "member_failed", stage: "propose", slot: 0 }]);
    expect(stages[0]?.calls.map(({ step, class: why }) => [step, why])).toEqual([
      ["propose.0.0", "rate_limited"],
      ["propose.0.0~1", "timeout"],
      ["propose.0.0~2", "auth"],
      ["propose.0.1", null],
      ["propose.0.2", null],
    ]);
  });

  it("goes elsewhere only for what another place need not share", async () => {
    const shared = [];
    for (const failureClass of FAILURE_CLASSES) {
      const fake = await execute({ "propose.0.0": { fail: failureClass } });
      if (!stepsOf(fake).includes("propose.0.0~1")) shared.push(failureClass);
    }
    expect(shared).toEqual(["refusal", "content_filter", "context_length", "bad_request"]);
  });

  it("goes no further once a place says what the next would say again", async () => {
    const fake = await execute({ ...fails("propose.0.0"), "propose.0.0~1": { fail: "bad_request" } });
    expect(stepsOf(fake)).not.toContain("propose.0.0~2");
  });

  it("does not take what kills workers to another provider's", async () => {
    const deadly = failed("propose.0.0", 1, "unavailable", { status: null, code: WORKER_DEATHS });
    expect(stepsOf(await execute({}, { settled: [deadly] }))).toEqual(["propose.0.1", "propose.0.2", "final"]);
  });

  it("is left alone when its stage's time is over, or the stage went on without it", async () => {
    for (const policy of [{ deadlineMs: 500 }, { graceMs: 500 }]) {
      const plan = panel();
      const [propose] = plan.root.stages;
      if (propose === undefined) throw new Error("the plan has a stage");
      const stages = [{ ...propose, policy: { ...propose.policy, ...policy } }];
      const fake = createFakeRun({ ...plan, root: { ...plan.root, stages } }, { "propose.0.0": { hang: true } });
      const done = executed(fake);
      await vi.waitFor(() => expect(stepsOf(fake)).toContain("propose.0.1"));
      await fake.advance(500);
      fake.fail("propose.0.0", "timeout");
      await done;
      expect(stepsOf(fake)).not.toContain("propose.0.0~1");
    }
  });
});

describe("a last call that failed", () => {
  it("is made at the next place of its model, with what the strategy adds to it", async () => {
    const fake = await execute(fails("final"));
    expect(stepsOf(fake)).toEqual(["propose.0.0", "propose.0.1", "propose.0.2", "final", "final~1"]);
    expect(fake.dispatched.at(-1)?.[0]).toMatchObject({ publish: "delta", params: { service_tier: "azure" } });
    expect(fake.end?.data).toHaveProperty("completion.choices.0.message.content", "answer of final~1");
    expect(compositeOf(fake).degraded).toEqual([{ code: "fallback_model", stage: "final", slot: 0 }]);
  });

  it("is answered by nobody else once a part of its text was seen, wherever that came from", async () => {
    for (const seen of ["final", "final~1"]) {
      const plan = panel();
      const fake = createFakeRun(
        { ...plan, delivery: { ...plan.delivery, stream: true } },
        { ...fails("final"), "final~1": { hang: true } },
      );
      if (seen === "final") fake.published.add(seen);
      const done = executed(fake);
      if (seen === "final~1") {
        await vi.waitFor(() => expect(stepsOf(fake)).toContain("final~1"));
        fake.published.add(seen);
        fake.fail("final~1", "unavailable");
      }
      await done;
      expect(stepsOf(fake).at(-1)).toBe(seen);
      expect(fake.end?.state).toBe("failed");
    }
  });
});

describe("the other places of a member", () => {
  it("get what the strategy adds to the plan, as the first one does", () => {
    const member = { ...slot(0, "reviewer").member, fallbacks: ELSEWHERE };
    const format = { response_format: { type: "json_object" } };
    expect(placesOf(member, format).map(({ params }) => params)).toEqual([
      { service_tier: "azure", ...format },
      { service_tier: "reseller", ...format },
    ]);
  });

  it("are the hedge alone in a plan of the release before", () => {
    const [hedge] = ELSEWHERE;
    if (hedge === undefined) throw new Error("there is another place");
    expect(placesOf({ ...slot(0, "reviewer").member, hedge }, undefined)).toEqual([hedge]);
  });
});

describe("a hedged member", () => {
  function hedged(): FakeRun {
    const plan = panel();
    const [propose] = plan.root.stages;
    const [first, ...others] = propose?.slots ?? [];
    if (propose === undefined || first === undefined) throw new Error("the plan has a panel");
    const [hedge] = ELSEWHERE;
    if (hedge === undefined) throw new Error("there is another place");
    const slots = [{ ...first, member: { ...first.member, hedge } }, ...others];
    const open = [
      { step: "propose.0.0", dispatch: 1, isBegun: true },
      { step: "propose.0.0~1", dispatch: 2, isBegun: true },
    ];
    const silent = { "propose.0.0": { hang: true }, "propose.0.0~1": { hang: true } } as const;
    return createFakeRun({ ...plan, root: { ...plan.root, stages: [{ ...propose, slots }] } }, silent, { open });
  }

  it("is answered by its hedge whatever its own call fails with", async () => {
    const fake = hedged();
    const done = executed(fake);
    await vi.waitFor(() => expect(stepsOf(fake)).toEqual(["propose.0.1", "propose.0.2"]));
    fake.fail("propose.0.0", "bad_request");
    await fake.advance(1000);
    fake.answer("propose.0.0~1", "from elsewhere");
    await done;
    expect(compositeOf(fake)).toMatchObject({ failed: [], degraded: [{ code: "fallback_model", slot: 0 }] });
  });

  it("goes on to the place behind its hedge when both calls fail, and not before", async () => {
    const fake = hedged();
    const done = executed(fake);
    await vi.waitFor(() => expect(stepsOf(fake)).toEqual(["propose.0.1", "propose.0.2"]));
    fake.fail("propose.0.0", "unavailable");
    await fake.advance(1000);
    expect(stepsOf(fake)).toEqual(["propose.0.1", "propose.0.2"]);
    fake.fail("propose.0.0~1", "unavailable");
    await done;
    expect(stepsOf(fake)).toEqual(["propose.0.1", "propose.0.2", "propose.0.0~2", "final"]);
  });
});

describe("a replay of a step that fell back", () => {
  const own = failed("propose.0.0", 1, "unavailable");
  const others = [answered("propose.0.1", 1, "one"), answered("propose.0.2", 1, "two")];

  it("makes the call that its owner died before, and none that was made", async () => {
    const second = failed("propose.0.0~1", 2, "timeout");
    expect(stepsOf(await execute({}, { settled: [own, ...others] }))).toEqual(["propose.0.0~1", "final"]);
    expect(stepsOf(await execute({}, { settled: [own, ...others, second] }))).toEqual(["propose.0.0~2", "final"]);
    const third = failed("propose.0.0~2", 3, "timeout");
    const fake = await execute({}, { settled: [own, ...others, second, third] });
    expect(stepsOf(fake)).toEqual(["final"]);
    expect(compositeOf(fake).failed).toEqual([{ step: "propose.0.0", class: "unavailable" }]);
  });

  it("waits for the one that is under way", async () => {
    const open = [{ step: "propose.0.0~1", dispatch: 2, isBegun: false }];
    const fake = createFakeRun(panel(), { "propose.0.0~1": { hang: true } }, { settled: [own, ...others], open });
    const done = executed(fake);
    await fake.advance(5000);
    expect(stepsOf(fake)).toEqual([]);
    fake.answer("propose.0.0~1", "elsewhere");
    await done;
    expect(stepsOf(fake)).toEqual(["final"]);
  });

  it("says of an answer in the journal that another place gave it", async () => {
    const fake = await execute({}, { settled: [own, ...others, answered("propose.0.0~1", 2, "elsewhere")] });
    expect(stepsOf(fake)).toEqual(["final"]);
    expect(compositeOf(fake).degraded).toEqual([{ code: "fallback_model", stage: "propose", slot: 0 }]);
  });
});
