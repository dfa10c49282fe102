import type { PlannedSlot, RunPlan } from "@composite-llm/contracts";
import { createRegistry } from "@composite-llm/strategies";
import { describe, expect, it, vi } from "vitest";
import { executeRun } from "./execute-run.ts";
import { answered, createFakeRun, failed, type FakeRun, moaPlan, slot } from "./fixtures/fake-run.ts";
import { createLatencyBook, type LatencyBook } from "./latency-book.ts";
import type { RunPort } from "./run-port.ts";

const registry = createRegistry([]);
const USUAL_MS = 1000;
const FIRST = { provider: "openai", model: "m0", role: "proposer" };

function hedged(number: number): PlannedSlot {
  const plain = slot(number, "proposer");
  const hedge = { provider: "azure", model: `elsewhere-${number}`, params: { service_tier: "flex" } };
  return { ...plain, member: { ...plain.member, hedge } };
}

/** A panel of two, of which the first may be called a second time. */
const panel = (changes: Partial<RunPlan> = {}) => moaPlan([hedged(0), slot(1, "proposer")], {}, changes);

function knowing(latencyMs = USUAL_MS, times = 20): LatencyBook {
  const book = createLatencyBook();
  for (let index = 0; index < times; index += 1) book.observe(FIRST, latencyMs);
  return book;
}

async function execute(fake: FakeRun, latencies: LatencyBook): Promise<FakeRun> {
  const onFault = (error: Error) => expect.fail(String(error.stack));
  await executeRun(fake.port, { registry, startTimer: fake.startTimer, latencies, onFault });
  return fake;
}

const stepsOf = (fake: FakeRun) => fake.dispatched.flat().map(({ step }) => step);

/** Executes a run whose first member hangs, until that member is usually done. */
async function silentUntil(ms: number, latencies = knowing(), fake = createFakeRun(panel(), SILENT)) {
  const done = execute(fake, latencies);
  await vi.waitFor(() => expect(stepsOf(fake)).toContain("propose.0.1"));
  await fake.advance(ms);
  return { fake, done };
}
const SILENT = { "propose.0.0": { hang: true }, "propose.0.0~1": { hang: true } } as const;

function compositeOf(fake: FakeRun) {
  if (fake.end?.state !== "succeeded") throw new Error(`the run ended ${JSON.stringify(fake.end)}`);
  return fake.end.data.completion.composite;
}

describe("hedging", () => {
  it("calls a member again, elsewhere, once it is silent for longer than usual, and goes on with whoever answers first", async () => {
    const { fake, done } = await silentUntil(USUAL_MS - 1);
    expect(stepsOf(fake)).toEqual(["propose.0.0", "propose.0.1"]);
    await fake.advance(1);
    await vi.waitFor(() => expect(stepsOf(fake)).toContain("propose.0.0~1"));
    expect(fake.dispatched[1]?.[0]).toMatchObject({ model: "elsewhere-0", params: { service_tier: "flex" }, slot: 0, role: "proposer" });
    expect(fake.messages.get("propose.0.0~1")).toEqual(fake.messages.get("propose.0.0"));
    fake.answer("propose.0.0~1", "from elsewhere");
    await done;
    expect(JSON.stringify(fake.messages.get("final"))).toContain("from elsewhere");
    const { stages, calls, failed: lost, degraded, critical_path } = compositeOf(fake);
    expect(stages[0]?.calls.map(({ step, status, provider }) => [step, status, provider])).toEqual([
      ["propose.0.0", "cancelled", "openai"],
      ["propose.0.0~1", "succeeded", "openai"],
      ["propose.0.1", "succeeded", "openai"],
    ]);
    expect({ calls, lost, degraded, critical_path }).toEqual({
      calls: 4,
      lost: [],
      degraded: [],
      critical_path: ["propose.0.0", "final"],
    });
  });

  it("counts what the call cost that lost as wasted, and is not final before that is known", async () => {
    for (const isKnown of [true, false]) {
      const { fake, done } = await silentUntil(USUAL_MS);
      await vi.waitFor(() => expect(stepsOf(fake)).toContain("propose.0.0~1"));
      fake.answer("propose.0.0", "after all");
      if (isKnown) fake.withdraw("propose.0.0~1", 5);
      await done;
      expect(compositeOf(fake)).toMatchObject({
        cost_usd: isKnown ? 0.0000033 : 0.000003,
        wasted_usd: isKnown ? 0.0000003 : 0,
        cost_final: isKnown,
      });
    }
  });

  it("waits for the other call when one fails, and reports the member's own failure when both do", async () => {
    for (const isSaved of [true, false]) {
      const { fake, done } = await silentUntil(USUAL_MS);
      await vi.waitFor(() => expect(stepsOf(fake)).toContain("propose.0.0~1"));
      fake.fail("propose.0.0", "unavailable");
      if (isSaved) fake.answer("propose.0.0~1", "saved");
      else fake.fail("propose.0.0~1", "refusal");
      await done;
      expect(compositeOf(fake).failed).toEqual(isSaved ? [] : [{ step: "propose.0.0", class: "unavailable" }]);
    }
  });

  it("is left alone while too little is known, and where no other place is planned", async () => {
    for (const [latencies, plan] of [
      [knowing(USUAL_MS, 9), panel()],
      [knowing(), moaPlan([slot(0, "proposer"), slot(1, "proposer")])],
    ] as const) {
      const { fake, done } = await silentUntil(50_000, latencies, createFakeRun(plan, SILENT));
      expect(stepsOf(fake)).toEqual(["propose.0.0", "propose.0.1"]);
      fake.answer("propose.0.0", "at last");
      await done;
    }
  });

  it("does not begin before the call has: waiting for a provider is no silence", async () => {
    const fake = createFakeRun(panel(), SILENT);
    const { dispatch } = fake.port;
    const port: RunPort = { ...fake.port, dispatch: (request, onSettled) => dispatch(request, onSettled) };
    const { done } = await silentUntil(50_000, knowing(), { ...fake, port });
    expect(stepsOf(fake)).not.toContain("propose.0.0~1");
    fake.answer("propose.0.0", "at last");
    await done;
  });

  it("leaves a member alone whose words are coming", async () => {
    const plan = panel();
    const fake = createFakeRun({ ...plan, delivery: { ...plan.delivery, streamMembers: true } }, SILENT);
    fake.published.add("propose.0.0");
    const { done } = await silentUntil(50_000, knowing(), fake);
    expect(stepsOf(fake)).not.toContain("propose.0.0~1");
    fake.answer("propose.0.0", "at last");
    await done;
  });

  it("starts none once its stage went on, and withdraws both calls of a straggler", async () => {
    for (const [graceMs, cancelled] of [
      [USUAL_MS / 2, ["propose.0.0"]],
      [USUAL_MS * 2, ["propose.0.0", "propose.0.0~1"]],
    ] as const) {
      const fake = createFakeRun(moaPlan([hedged(0), slot(1, "proposer"), slot(2, "proposer")], { minSuccess: 2, graceMs }), SILENT);
      const { done } = await silentUntil(5 * USUAL_MS, knowing(), fake);
      await done;
      expect(fake.cancelled).toEqual(cancelled);
      expect(compositeOf(fake).stages[0]?.calls.filter(({ status }) => status === "cancelled")).toHaveLength(cancelled.length);
    }
  });

  it("remembers of a call that was outrun how long it had taken, so that what is usual does not shrink", async () => {
    const latencies = knowing();
    const observe = vi.fn<LatencyBook["observe"]>();
    const { fake, done } = await silentUntil(USUAL_MS, { ...latencies, observe });
    await vi.waitFor(() => expect(stepsOf(fake)).toContain("propose.0.0~1"));
    fake.answer("propose.0.0~1", "elsewhere");
    fake.withdraw("propose.0.0", 4000);
    await done;
    expect(observe.mock.calls.map(([{ provider, model }, ms]) => [`${provider}/${model}`, ms])).toEqual([
      ["openai/m1", 10],
      ["azure/elsewhere-0", 10],
      ["openai/m0", 4000],
      ["openai/gpt-5", 10],
    ]);
  });
});

describe("a replay of a hedged step", () => {
  it("waits for both calls and makes no third", async () => {
    const open = [
      { step: "propose.0.0", dispatch: 1, isBegun: true },
      { step: "propose.0.0~1", dispatch: 2, isBegun: true },
      { step: "propose.0.1", dispatch: 1, isBegun: true },
    ];
    const fake = createFakeRun(panel(), SILENT, { open });
    const done = execute(fake, knowing());
    await fake.advance(10 * USUAL_MS);
    expect(stepsOf(fake)).toEqual([]);
    fake.answer("propose.0.0~1", "elsewhere");
    await done;
    expect(stepsOf(fake)).toEqual(["final"]);
    expect(compositeOf(fake).calls).toBe(4);
  });

  it("goes on with the answer that the journal has, whichever call gave it", async () => {
    const settled = [
      failed("propose.0.0", 1, "timeout"),
      answered("propose.0.0~1", 2, "from elsewhere"),
      answered("propose.0.1", 1, "one"),
    ];
    const fake = await execute(createFakeRun(panel(), {}, { settled }), knowing());
    expect(stepsOf(fake)).toEqual(["final"]);
    expect(JSON.stringify(fake.messages.get("final"))).toContain("from elsewhere");
    expect(compositeOf(fake).failed).toEqual([]);
  });

  it("goes on waiting for the second call when the first had failed, and makes one again that was lost", async () => {
    const settled = [failed("propose.0.0", 1, "timeout"), { step: "propose.0.0~1", dispatch: 2, status: "lost", report: null } as const];
    const fake = await execute(createFakeRun(panel(), {}, { settled }), knowing());
    expect(stepsOf(fake)).toEqual(["propose.0.0~1", "propose.0.1", "final"]);
    expect(compositeOf(fake).failed).toEqual([]);
  });

  it("hedges a call whose request had left already, after all of its usual time", async () => {
    const open = [{ step: "propose.0.0", dispatch: 1, isBegun: true }];
    const { fake, done } = await silentUntil(USUAL_MS, knowing(), createFakeRun(panel(), SILENT, { open }));
    await vi.waitFor(() => expect(stepsOf(fake)).toContain("propose.0.0~1"));
    fake.answer("propose.0.0~1", "elsewhere");
    await done;
  });
});
