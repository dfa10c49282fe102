import { createRegistry } from "@composite-llm/strategies";
import { describe, expect, it, vi } from "vitest";
import { executeRun } from "./execute-run.ts";
import { createFakeRun, type FakeRun, moaPlan, report, slot } from "./fixtures/fake-run.ts";
import { createLatencyBook } from "./latency-book.ts";

function execute(fake: FakeRun): Promise<void> {
  return executeRun(fake.port, {
    registry: createRegistry([]),
    startTimer: fake.startTimer,
    latencies: createLatencyBook(),
    onFault: (error) => expect.fail(String(error.stack)),
  });
}

const root = { strategy: "single", options: {}, stages: [], final: slot(0, "single"), seed: 1 };
const plan = moaPlan([], {}, { root });
const untilDispatched = (fake: FakeRun, times: number) => vi.waitFor(() => expect(fake.dispatched).toHaveLength(times));

describe("a call that its process gave up", () => {
  it("is dispatched anew as often as that happens: its job was never lost", async () => {
    const fake = createFakeRun(plan, { final: { hang: true } });
    const done = execute(fake);
    for (let times = 1; times <= 15; times += 1) {
      await untilDispatched(fake, times);
      fake.giveUp("final", 0);
    }
    await untilDispatched(fake, 16);
    fake.answer("final", "at last");
    await done;
    expect(fake.end?.state).toBe("succeeded");
  });

  it("brings the number of its tries along", async () => {
    const fake = createFakeRun(plan, { final: { hang: true } });
    const done = execute(fake);
    await untilDispatched(fake, 1);
    fake.giveUp("final", 1);
    await untilDispatched(fake, 2);
    fake.giveUp("final", 1);
    await untilDispatched(fake, 3);
    fake.answer("final", "at last");
    await done;
    expect(fake.dispatched.flat().map(({ tried }) => tried ?? 0)).toEqual([0, 1, 2]);
  });

  it("brings them along also for another owner", async () => {
    const lost = { step: "final", dispatch: 1, status: "lost", report: report("final", 1, { tries: 2 }) } as const;
    const fake = createFakeRun(plan, {}, { settled: [lost] });
    await execute(fake);
    expect(fake.dispatched.flat()).toMatchObject([{ tried: 2 }]);
  });
});
