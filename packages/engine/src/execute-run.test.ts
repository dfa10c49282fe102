import { createRegistry } from "@composite-llm/strategies";
import { describe, expect, it, vi } from "vitest";
import { executeRun } from "./execute-run.ts";
import { createLatencyBook } from "./latency-book.ts";
import { answered, createFakeRun, failed, type FakeRun, moaPlan, slot, stage } from "./fixtures/fake-run.ts";

const registry = createRegistry([]);
const three = [slot(0, "proposer"), slot(1, "proposer"), slot(2, "proposer", "m2", "anthropic")];

async function execute(fake: FakeRun): Promise<FakeRun> {
  await executeRun(fake.port, {
    registry,
    startTimer: fake.startTimer,
    latencies: createLatencyBook(),
    onFault: (error) => expect.fail(String(error.stack)),
  });
  return fake;
}

function completionOf(fake: FakeRun) {
  if (fake.end?.state !== "succeeded") throw new Error(`the run ended ${JSON.stringify(fake.end)}`);
  return fake.end.data.completion;
}

describe("executeRun", () => {
  it("sends the calls of a stage to one provider as one job and answers with the aggregate", async () => {
    const fake = await execute(createFakeRun(moaPlan(three), { final: { text: "the aggregate" } }));
    expect(fake.dispatched.map((steps) => steps.map(({ step }) => step))).toEqual([
      ["propose.0.0", "propose.0.1"],
      ["propose.0.2"],
      ["final"],
    ]);
    const completion = completionOf(fake);
    expect(completion.choices[0]?.message.content).toBe("the aggregate");
    expect(completion.usage).toMatchObject({ prompt_tokens: 40, completion_tokens: 20, total_tokens: 60 });
    expect(completion.composite).toMatchObject({ calls: 4, cost_usd: 0.000004, cost_final: true, wasted_usd: 0, degraded: [], failed: [] });
    expect(completion.composite.stages.map(({ name, released }) => [name, released])).toEqual([
      ["propose", "all"],
      ["final", "all"],
    ]);
  });

  it("publishes only the final text", async () => {
    const fake = await execute(createFakeRun(moaPlan(three), {}));
    expect(fake.dispatched.flat().map(({ step, publish }) => [step, publish])).toEqual([
      ["propose.0.0", null],
      ["propose.0.1", null],
      ["propose.0.2", null],
      ["final", "delta"],
    ]);
  });

  it("drops a failed member, says so, and keeps its words out of every prompt", async () => {
    const fake = await execute(createFakeRun(moaPlan(three), { "propose.0.1": { fail: "unavailable" } }));
    const { composite } = completionOf(fake);
    expect(composite.failed).toEqual([{ step: "propose.0.1", class: "unavailable" }]);
    expect(composite.degraded).toContainEqual({ code: "member_failed", stage: "propose", slot: 1 });
    expect(JSON.stringify(fake.messages.get("final"))).not.toContain("secret words");
  });

  it("returns a single survivor's answer word for word, marked, and without an aggregation", async () => {
    const fake = await execute(createFakeRun(moaPlan(three), { "propose.0.0": { fail: "timeout" }, "propose.0.2": { fail: "refusal" } }));
    const completion = completionOf(fake);
    expect(completion.choices[0]?.message.content).toBe("answer of propose.0.1");
    expect(completion.composite.degraded.map(({ code }) => code)).toContain("single_survivor");
    expect(fake.events).toContainEqual({ kind: "delta", data: { step: "propose.0.1", stream_attempt: 1, text: "answer of propose.0.1" } });
  });

  it("ends with the list of classes when no member answered", async () => {
    const script = { "propose.0.0": { fail: "timeout" }, "propose.0.1": { fail: "refusal" }, "propose.0.2": { fail: "empty" } } as const;
    const fake = await execute(createFakeRun(moaPlan(three), script));
    expect(fake.end).toMatchObject({ state: "failed", data: { status: 502, error: { code: "all_members_failed" } } });
    expect(fake.end?.data).toHaveProperty("error.composite.failed", [
      { step: "propose.0.0", class: "timeout" },
      { step: "propose.0.1", class: "refusal" },
      { step: "propose.0.2", class: "empty" },
    ]);
  });

  it("is a 429 when every member was rate limited", async () => {
    const limited = { fail: "rate_limited" } as const;
    const fake = await execute(createFakeRun(moaPlan(three), { "propose.0.0": limited, "propose.0.1": limited, "propose.0.2": limited }));
    expect(fake.end).toMatchObject({ state: "failed", data: { status: 429, error: { code: "provider_rate_limited" } } });
  });

  it("goes on when the quorum's grace is over and cancels the straggler", async () => {
    const fake = createFakeRun(moaPlan(three, { minSuccess: 2, graceMs: 500 }), { "propose.0.2": { hang: true } });
    const done = execute(fake);
    await vi.waitFor(() => expect(fake.dispatched).toHaveLength(2));
    await fake.advance(500);
    await done;
    const { composite } = completionOf(fake);
    expect(composite.stages[0]).toMatchObject({ name: "propose", released: "quorum" });
    expect(fake.cancelled).toEqual(["propose.0.2"]);
    expect(composite.degraded.map(({ code }) => code)).toEqual(["member_failed", "quorum_only"]);
    expect(composite.stages[0]?.calls[2]).toMatchObject({ status: "cancelled", class: null });
    expect(composite.cost_final).toBe(false);
  });

  it("goes on at the stage's deadline with what it has", async () => {
    const fake = createFakeRun(moaPlan(three, { deadlineMs: 1000 }), { "propose.0.0": { hang: true } });
    const done = execute(fake);
    await vi.waitFor(() => expect(fake.dispatched).toHaveLength(2));
    await fake.advance(1000);
    await done;
    expect(completionOf(fake).composite.stages[0]?.released).toBe("deadline");
  });

  it("fails when the run's time is over", async () => {
    const root = { strategy: "single", options: {}, stages: [], final: slot(0, "single"), seed: 1 };
    const fake = createFakeRun(moaPlan([], {}, { totalDeadlineMs: 3000, root }), { final: { hang: true } });
    const done = execute(fake);
    await vi.waitFor(() => expect(fake.dispatched).toHaveLength(1));
    await fake.advance(3000);
    await done;
    expect(fake.end).toMatchObject({
      state: "failed",
      data: { status: 504, error: { code: "deadline_exceeded" }, headers: { "x-should-retry": "false" } },
    });
  });

  it("fails so too when it hears first of the calls that ended with the run's time", async () => {
    for (const last of ["propose.0.0", "final"]) {
      const panel = moaPlan([slot(0, "proposer")], {}, { totalDeadlineMs: 3000 });
      const fake = createFakeRun(panel, { "propose.0.0": { hang: true }, final: { fail: "timeout" } });
      // Otherwise an answer of the panel stands in.
      fake.published.add("final");
      const done = execute(fake);
      await vi.waitFor(() => expect(fake.dispatched).toHaveLength(1));
      await fake.advance(2990);
      if (last === "final") fake.answer("propose.0.0", "just in time");
      else fake.fail("propose.0.0", "timeout");
      await done;
      expect(fake.end, last).toMatchObject({ data: { status: 504, error: { code: "deadline_exceeded" } } });
    }
  });

  it("calls nothing again that the journal holds", async () => {
    const settled = [answered("propose.0.0", 1, "kept zero"), answered("propose.0.1", 1, "kept one"), failed("propose.0.2", 2, "refusal")];
    const fake = await execute(createFakeRun(moaPlan(three), {}, { settled }));
    expect(fake.dispatched.flat().map(({ step }) => step)).toEqual(["final"]);
    expect(JSON.stringify(fake.messages.get("final"))).toContain("kept one");
    expect(completionOf(fake).composite.failed).toEqual([{ step: "propose.0.2", class: "refusal" }]);
  });

  it("builds a replayed aggregate from the set that was decided on, whatever came in since", async () => {
    const settled = [answered("propose.0.0", 1, "zero"), answered("propose.0.1", 1, "one"), answered("propose.0.2", 2, "too late")];
    const released = new Map([["propose.0", JSON.stringify({ reason: "quorum", slots: [0, 1], atMs: 1_000_100 })]]);
    const fake = await execute(createFakeRun(moaPlan(three), {}, { settled, released }));
    expect(JSON.stringify(fake.messages.get("final"))).not.toContain("too late");
    expect(completionOf(fake).composite.stages[0]?.released).toBe("quorum");
  });

  it("waits for a call that an earlier owner sent instead of sending it again", async () => {
    const fake = await execute(createFakeRun(moaPlan(three), {}, { open: [{ step: "propose.0.0", dispatch: 1, isBegun: false }] }));
    expect(fake.dispatched.flat().map(({ step }) => step)).toEqual(["propose.0.1", "propose.0.2", "final"]);
  });

  it("sends a lost call again", async () => {
    const fake = await execute(createFakeRun(moaPlan(three), { "propose.0.1": { lostTimes: 2, text: "at last" } }));
    expect(fake.dispatched.flat().filter(({ step }) => step === "propose.0.1")).toHaveLength(3);
    expect(JSON.stringify(fake.messages.get("final"))).toContain("at last");
  });

  it("makes the last call alone, and says so, when the request brings tool results", async () => {
    const fake = await execute(createFakeRun(moaPlan(three, {}, { finalOnly: true }), { final: { text: "after the tool" } }));
    expect(fake.dispatched.flat().map(({ step }) => step)).toEqual(["final"]);
    expect(completionOf(fake).composite.degraded).toEqual([{ code: "tools_final_only", stage: null, slot: null }]);
  });

  it("runs a composite member inside the run, under its own step names", async () => {
    const inner = {
      strategy: "moa",
      options: { layers: 1 },
      stages: [stage("propose", [slot(0, "proposer"), slot(1, "proposer")])],
      final: slot(0, "aggregator"),
      seed: 1,
    };
    const nested = slot(1, "proposer");
    const proposers = [slot(0, "proposer"), { ...nested, member: { ...nested.member, nested: inner } }];
    const fake = await execute(createFakeRun(moaPlan(proposers), { "propose.0.1/final": { text: "inner aggregate" } }));
    expect(
      fake.dispatched
        .flat()
        .map(({ step }) => step)
        .toSorted(),
    ).toEqual(["final", "propose.0.0", "propose.0.1/final", "propose.0.1/propose.0.0", "propose.0.1/propose.0.1"]);
    expect(JSON.stringify(fake.messages.get("final"))).toContain("inner aggregate");
    const { composite } = completionOf(fake);
    expect(composite.calls).toBe(5);
    expect(composite.stages.map(({ name }) => name)).toEqual(["propose", "propose.0.1/propose", "propose.0.1/final", "final"]);
  });

  it("survives that the run is lost while a composite member works", async () => {
    const inner = {
      strategy: "moa",
      options: { layers: 1 },
      stages: [stage("propose", [slot(0, "proposer")])],
      final: slot(0, "aggregator"),
      seed: 1,
    };
    const nested = slot(0, "proposer");
    const proposers = [{ ...nested, member: { ...nested.member, nested: inner } }];
    const fake = createFakeRun(moaPlan(proposers), { "propose.0.0/propose.0.0": { hang: true } });
    const onFault = vi.fn<(error: Error) => void>();
    const done = executeRun(fake.port, { registry, startTimer: fake.startTimer, latencies: createLatencyBook(), onFault });
    await vi.waitFor(() => expect(fake.dispatched).toHaveLength(1));
    fake.abort.abort(new Error("taken"));
    await expect(done).rejects.toThrow("taken");
    expect(onFault).not.toHaveBeenCalled();
  });

  it("passes a plain model's 4xx through with its own words", async () => {
    const plan = moaPlan([], {}, { root: { strategy: "single", options: {}, stages: [], final: slot(0, "single"), seed: 1 } });
    const upstream = failed("final", 1, "model_not_found", { status: 404, message: "The model does not exist", code: "model_not_found" });
    const fake = await execute(createFakeRun(plan, {}, { settled: [upstream] }));
    expect(fake.end).toMatchObject({
      state: "failed",
      data: { status: 404, error: { message: "The model does not exist", code: "model_not_found" } },
    });
  });

  it("decides nothing more once the run is another's", async () => {
    const fake = createFakeRun(moaPlan(three), { "propose.0.0": { hang: true } });
    const done = executeRun(fake.port, { registry, startTimer: fake.startTimer, latencies: createLatencyBook(), onFault: () => undefined });
    await vi.waitFor(() => expect(fake.dispatched).toHaveLength(2));
    fake.abort.abort(new Error("taken"));
    await expect(done).rejects.toThrow("taken");
    expect(fake.end).toBeNull();
  });

  it("shows the panel as reasoning when it was asked to", async () => {
    const plan = moaPlan(three);
    const fake = await execute(createFakeRun({ ...plan, delivery: { ...plan.delivery, includeTrace: true } }, {}));
    expect(completionOf(fake).choices[0]?.message.reasoning_content).toContain("proposer 1 (openai/m");
  });
});

describe("the ladder", () => {
  const soon = { totalDeadlineMs: 10_000 };

  it("leaves a stage with what it has when the rest of the time is needed for the last call", async () => {
    const fake = createFakeRun(moaPlan(three, {}, soon), { "propose.0.2": { hang: true } });
    const done = execute(fake);
    await vi.waitFor(() => expect(fake.dispatched).toHaveLength(2));
    await fake.advance(9_000);
    await done;
    expect(completionOf(fake).composite.stages.map(({ released }) => released)).toEqual(["ladder", "all"]);
    expect(fake.cancelled).toEqual(["propose.0.2"]);
  });

  it("returns the best answer so far, marked, when the last call fails and nobody saw a word of it", async () => {
    const fake = await execute(createFakeRun(moaPlan(three), { final: { fail: "unavailable" } }));
    const { choices, composite } = completionOf(fake);
    expect(choices[0]?.message.content).toBe("answer of propose.0.0");
    expect(composite.degraded).toEqual([{ code: "synthesis_skipped", stage: "final", slot: null }]);
    expect(composite.failed).toEqual([{ step: "final", class: "unavailable" }]);
  });

  it("returns it too when the time is over before the last call is", async () => {
    const fake = createFakeRun(moaPlan(three, {}, soon), { final: { hang: true } });
    const done = execute(fake);
    await vi.waitFor(() => expect(fake.dispatched).toHaveLength(3));
    await fake.advance(10_000);
    await done;
    expect(completionOf(fake).composite.degraded.map(({ code }) => code)).toEqual(["synthesis_skipped"]);
  });

  it("has no rung but the error once a word of the last call was seen", async () => {
    const fake = createFakeRun(moaPlan(three), { final: { fail: "unavailable" } });
    fake.published.add("final");
    await execute(fake);
    expect(fake.end).toMatchObject({ state: "failed", data: { error: { code: "upstream_error" } } });
  });

  it("gives no member's text to a client that asked for what only the last call can give", async () => {
    const request = { messages: [{ role: "user", content: "why?" }], params: { response_format: { type: "json_object" } } };
    const fake = await execute(createFakeRun(moaPlan(three, {}, { request }), { final: { fail: "unavailable" } }));
    expect(fake.end?.state).toBe("failed");
  });

  it("does not begin a last call that is known to take longer than the time that is left", async () => {
    const book = createLatencyBook();
    for (let index = 0; index < 20; index += 1) book.observe({ provider: "openai", model: "gpt-5", role: "aggregator" }, 60_000);
    const fake = createFakeRun(moaPlan(three, {}, soon), {});
    await executeRun(fake.port, { registry, startTimer: fake.startTimer, latencies: book, onFault: () => undefined });
    expect(fake.dispatched.flat().map(({ step }) => step)).not.toContain("final");
  });

  it("skips reviews for which there is no time, and says so", async () => {
    const book = createLatencyBook();
    for (let index = 0; index < 20; index += 1) book.observe({ provider: "openai", model: "m1", role: "reviewer" }, 20_000);
    const answer = stage("answer", [slot(0, "member"), slot(1, "member"), slot(2, "member")]);
    const review = stage("review", [slot(0, "reviewer"), slot(1, "reviewer"), slot(2, "reviewer")]);
    const options = { exclude_self_votes: true, max_council_size: 8 };
    const root = { strategy: "council", options, stages: [answer, review], final: slot(0, "chairman", "gpt-5"), seed: 3 };
    const fake = createFakeRun(moaPlan([], {}, { ...soon, root }), {});
    await executeRun(fake.port, {
      registry,
      startTimer: fake.startTimer,
      latencies: book,
      onFault: (error) => expect.fail(String(error.stack)),
    });
    expect(fake.dispatched.flat().map(({ step }) => step)).toEqual(["answer.0.0", "answer.0.1", "answer.0.2", "final"]);
    const { composite } = completionOf(fake);
    expect(composite.stages[1]).toMatchObject({ name: "review", released: "ladder" });
    expect(composite.degraded.map(({ code }) => code)).toContain("reviews_skipped");
  });
});

describe("a composite member", () => {
  const panel = (final = slot(0, "aggregator")) => ({
    strategy: "moa",
    options: { layers: 1 },
    stages: [stage("propose", [slot(0, "proposer"), slot(1, "proposer")])],
    final,
    seed: 1,
  });
  const within = (outer: ReturnType<typeof slot>) => ({ ...outer, member: { ...outer.member, nested: panel() } });

  it("starts nothing more once its parent's stage went on, and its open calls are cancelled and counted", async () => {
    const proposers = [within(slot(0, "proposer")), slot(1, "proposer"), slot(2, "proposer")];
    const script = { "propose.0.0/propose.0.0": { hang: true }, "propose.0.0/propose.0.1": { hang: true } } as const;
    const fake = createFakeRun(moaPlan(proposers, { minSuccess: 2, graceMs: 10 }), script);
    const done = execute(fake);
    await vi.waitFor(() => expect(fake.dispatched.flat()).toHaveLength(4));
    await fake.advance(10);
    await done;
    expect(fake.cancelled.toSorted()).toEqual(["propose.0.0/propose.0.0", "propose.0.0/propose.0.1"]);
    fake.answer("propose.0.0/propose.0.0", "late");
    fake.answer("propose.0.0/propose.0.1", "late");
    await fake.advance(10);
    expect(fake.dispatched.flat().map(({ step }) => step)).not.toContain("propose.0.0/final");
    const { composite } = completionOf(fake);
    expect(composite).toMatchObject({ calls: 5, cost_final: false });
    expect(composite.stages.map(({ name }) => name)).toEqual(["propose", "propose.0.0/propose", "final"]);
  });

  it("ends with the deadline of its parent's stage", async () => {
    const proposers = [within(slot(0, "proposer")), slot(1, "proposer")];
    const fake = createFakeRun(moaPlan(proposers, { deadlineMs: 500 }), { "propose.0.0/propose.0.0": { hang: true } });
    const done = execute(fake);
    await vi.waitFor(() => expect(fake.dispatched.flat()).toHaveLength(3));
    await fake.advance(500);
    await done;
    expect(completionOf(fake).composite.failed).toEqual([{ step: "propose.0.0", class: "timeout" }]);
  });

  it("publishes its last call when it is the run's last one", async () => {
    const plan = moaPlan(three);
    const fake = await execute(
      createFakeRun({ ...plan, root: { ...plan.root, final: within(slot(0, "aggregator")) } }, { "final/final": { text: "the end" } }),
    );
    const published = fake.dispatched.flat().filter(({ publish }) => publish !== null);
    expect(published.map(({ step, publish }) => [step, publish])).toEqual([["final/final", "delta"]]);
    const { choices, composite } = completionOf(fake);
    expect(choices[0]?.message.content).toBe("the end");
    expect(fake.events.filter(({ kind }) => kind === "delta")).toEqual([]);
    expect(composite.stages.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(composite.critical_path.at(-1)).toBe("final/final");
  });

  it("is left out when a request brings tool results: only the innermost last call is made", async () => {
    const plan = moaPlan(three, {}, { finalOnly: true });
    const fake = await execute(createFakeRun({ ...plan, root: { ...plan.root, final: within(slot(0, "aggregator")) } }, {}));
    expect(fake.dispatched.flat().map(({ step }) => step)).toEqual(["final/final"]);
  });

  it("counts as rate limited when all of it was", async () => {
    const limited = { fail: "rate_limited" } as const;
    const script = { "propose.0.0/propose.0.0": limited, "propose.0.0/propose.0.1": limited };
    const fake = await execute(createFakeRun(moaPlan([within(slot(0, "proposer"))]), script));
    expect(fake.end).toMatchObject({ state: "failed", data: { status: 429, error: { code: "provider_rate_limited" } } });
  });
});

describe("a last call that failed", () => {
  it("tells clients not to pay the panel again", async () => {
    const fake = createFakeRun(moaPlan(three), { final: { fail: "auth" } });
    fake.published.add("final");
    await execute(fake);
    expect(fake.end).toMatchObject({ state: "failed", data: { status: 502, headers: { "x-should-retry": "false" } } });
  });

  it("lets clients try a plain model again that may answer then", async () => {
    const root = { strategy: "single", options: {}, stages: [], final: slot(0, "single"), seed: 1 };
    const fake = await execute(createFakeRun(moaPlan([], {}, { root }), { final: { fail: "unavailable" } }));
    expect(fake.end?.data).not.toHaveProperty("headers.x-should-retry");
  });
});
