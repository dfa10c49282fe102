import type { PlannedStage } from "@composite-llm/contracts";
import { createRegistry } from "@composite-llm/strategies";
import { describe, expect, it, vi } from "vitest";
import { executeRun } from "./execute-run.ts";
import { answered, createFakeRun, type FakeRun, moaPlan, slot, stage } from "./fixtures/fake-run.ts";
import { createLatencyBook, type LatencyBook } from "./latency-book.ts";

/** When the run was created, and so when this owner takes it up: everything before was another's. */
const NOW_MS = 1_000_000;
const three = [slot(0, "proposer"), slot(1, "proposer"), slot(2, "proposer")];

async function execute(fake: FakeRun, latencies: LatencyBook = createLatencyBook()): Promise<FakeRun> {
  const onFault = (error: Error) => expect.fail(String(error.stack));
  await executeRun(fake.port, { registry: createRegistry([]), startTimer: fake.startTimer, latencies, onFault });
  return fake;
}

function knowing(role: string, model: string, latencyMs: number): LatencyBook {
  const book = createLatencyBook();
  for (let index = 0; index < 20; index += 1) book.observe({ provider: "openai", model, role }, latencyMs);
  return book;
}

const stepsOf = (fake: FakeRun) => fake.dispatched.flat().map(({ step }) => step);
const open = (step: string) => ({ step, dispatch: 2, isBegun: false });
const before = (ms: number) => NOW_MS - ms;

describe("a run that is taken up again", () => {
  it("counts a stage's grace from when its quorum was reached, whoever saw that", async () => {
    const entered = new Map([["propose.0", before(5000)]]);
    const settled = [answered("propose.0.0", 1, "zero", before(300)), answered("propose.0.1", 1, "one", before(4000))];
    const plan = moaPlan(three, { minSuccess: 2, graceMs: 500 });
    const fake = createFakeRun(plan, { "propose.0.2": { hang: true } }, { entered, settled, open: [open("propose.0.2")] });
    const done = execute(fake);
    await fake.advance(199);
    expect(fake.released.size).toBe(0);
    await fake.advance(1);
    await done;
    expect(JSON.parse(fake.released.get("propose.0") ?? "{}")).toEqual({ reason: "quorum", slots: [0, 1], atMs: NOW_MS + 200 });
    expect(stepsOf(fake)).toEqual(["final"]);
  });

  it("waits for a stage that was sent in time, though there would be no time to begin it now", async () => {
    const answers: PlannedStage = stage("answer", [slot(0, "member"), slot(1, "member"), slot(2, "member")]);
    const review = stage("review", [slot(0, "reviewer"), slot(1, "reviewer"), slot(2, "reviewer")]);
    const options = { exclude_self_votes: true, max_council_size: 8 };
    const root = { strategy: "council", options, stages: [answers, review], final: slot(0, "chairman", "gpt-5"), seed: 3 };
    const settled = [0, 1, 2].map((index) => answered(`answer.0.${index}`, 1, `answer ${index}`, before(2000)));
    const sent = [0, 1, 2].map((index) => open(`review.0.${index}`));
    const fake = createFakeRun(moaPlan([], {}, { root, totalDeadlineMs: 10_000 }), {}, { settled, open: sent });
    await execute(fake, knowing("reviewer", "m1", 20_000));
    expect(stepsOf(fake)).toEqual(["final"]);
    if (fake.end?.state !== "succeeded") throw new Error("the run failed");
    expect(fake.end.data.completion.composite.stages[1]?.released).toBe("all");
  });

  it("returns a last call's answer that came in the meantime, though there would be no time to make it now", async () => {
    const settled = [...three.map((_, index) => answered(`propose.0.${index}`, 1, "kept", before(2000))), answered("final", 2, "the end")];
    const fake = createFakeRun(moaPlan(three, {}, { totalDeadlineMs: 10_000 }), {}, { settled });
    await execute(fake, knowing("aggregator", "gpt-5", 60_000));
    expect(fake.end?.data).toHaveProperty("completion.choices.0.message.content", "the end");
  });

  it("learns how long calls took that ended while it was parked, and of no others", async () => {
    const settled = [answered("propose.0.0", 1, "zero", before(100)), answered("propose.0.1", 1, "one", before(900))];
    for (const [parkedAtMs, learned] of [
      [before(500), 1],
      [null, 0],
    ] as const) {
      const observe = vi.fn<LatencyBook["observe"]>();
      const plan = moaPlan(three.slice(0, 2));
      await execute(createFakeRun(plan, {}, { settled, parkedAtMs }), { ...createLatencyBook(), observe });
      expect(observe.mock.calls.filter(([{ role }]) => role === "proposer")).toHaveLength(learned);
    }
  });
});
