import { type CallJob, type CallStep, parseCallJob } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { dispatchFinal, FINAL_STEP, firstClaim, openProtocolBench, type ProtocolBench, sampleReport } from "./fixtures/protocol-bench.ts";
import type { Settled } from "./run/settled.ts";

const MEMBER: CallStep = { ...FINAL_STEP, step: "propose.0.0", role: "proposer", publish: null, stream: false, watched: true };
const HEDGE: CallStep = { ...MEMBER, step: "propose.0.0~1", watched: false };
const NO_STREAM = { attempt: 0, batches: 0 };

let bench: ProtocolBench;
const jobs: { job: CallJob; fence: number }[] = [];

beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
  bench.onCall(async ({ data, fence }) => {
    jobs.push({ job: parseCallJob(data), fence });
  });
});
afterAll(() => bench.close());

function claimOf(run: RunId, step: string) {
  return vi.waitFor(() => {
    const found = jobs.find(({ job }) => job.run === run && job.steps[0]?.step === step);
    if (found === undefined) throw new Error(`no job of ${step} yet`);
    return firstClaim(found.job, found.fence);
  });
}

/** A run with two calls for one step. */
async function hedged() {
  const { run } = await bench.submit();
  const owned = await bench.runDesk.take(run);
  if (owned === null) throw new Error("the run cannot be taken");
  const settled: Settled[] = [];
  const begun: string[] = [];
  for (const step of [MEMBER, HEDGE]) {
    const request = { provider: "openai", steps: [step], prompts: [owned.plan.request.messages], deadlineMs: owned.deadlineAtMs };
    await owned.dispatch(
      request,
      (entry) => settled.push(entry),
      (key) => begun.push(key),
    );
  }
  return { run, owned, settled, begun, first: await claimOf(run, MEMBER.step), second: await claimOf(run, HEDGE.step) };
}

describe("two calls of one step", () => {
  it("tell their owner when the first request of a watched one leaves, once", async () => {
    const { begun, settled, first, second } = await hedged();
    await bench.callDesk.begin(second, 1, null);
    await bench.callDesk.begin(first, 1, null);
    await bench.callDesk.begin(first, 1, null);
    await bench.callDesk.commit(first, "succeeded", sampleReport(first, "one"), NO_STREAM, []);
    await vi.waitFor(() => expect(settled.length).toBeGreaterThan(0));
    expect(begun).toEqual([MEMBER.step]);
  });

  it("end with the first success: the caller of the other is told to abort in the same step, and its spend is recorded", async () => {
    for (const order of [
      ["first", "second"],
      ["second", "first"],
    ] as const) {
      const calls = await hedged();
      const [winner, loser] = [calls[order[0]], calls[order[1]]];
      const aborted = vi.fn<() => void>();
      const endWatch = bench.callDesk.watch(loser, aborted);
      await bench.callDesk.begin(winner, 1, null);
      await bench.callDesk.begin(loser, 1, null);
      expect(await bench.callDesk.commit(winner, "succeeded", sampleReport(winner, "one"), NO_STREAM, [])).toBe("succeeded");
      await vi.waitFor(() => expect(aborted).toHaveBeenCalledOnce());
      endWatch();
      expect(await bench.callDesk.commit(loser, "cancelled", sampleReport(loser, ""), NO_STREAM, [])).toBe("cancelled");
      await vi.waitFor(() =>
        expect(calls.settled.map(({ step, status, report }) => [step, status, report?.costNanoUsd])).toEqual([
          [winner.step.step, "succeeded", 5],
          [loser.step.step, "cancelled", 5],
        ]),
      );
    }
  });

  it("make an answer that comes all the same a late one", async () => {
    const { first, second } = await hedged();
    await bench.callDesk.begin(first, 1, null);
    await bench.callDesk.begin(second, 1, null);
    await bench.callDesk.commit(second, "succeeded", sampleReport(second, "two"), NO_STREAM, []);
    expect(await bench.callDesk.commit(first, "succeeded", sampleReport(first, "one"), NO_STREAM, [])).toBe("late");
    expect(await bench.callDesk.begin(first, 2, null)).toEqual({ kind: "refused", reason: "won" });
  });

  it("go on when the other fails", async () => {
    const { owned, settled, first, second } = await hedged();
    await bench.callDesk.begin(first, 1, null);
    await bench.callDesk.commit(first, "failed", sampleReport(first, ""), NO_STREAM, []);
    expect(await bench.callDesk.begin(second, 1, null)).toMatchObject({ kind: "begun" });
    expect(await bench.callDesk.commit(second, "succeeded", sampleReport(second, "two"), NO_STREAM, [])).toBe("succeeded");
    await vi.waitFor(() => expect(settled.map(({ status }) => status)).toEqual(["failed", "succeeded"]));
    // Other steps of the run are not touched by it.
    await dispatchFinal(owned, (entry) => settled.push(entry));
    const final = await claimOf(owned.run, "final");
    expect(await bench.callDesk.begin(final, 1, null)).toMatchObject({ kind: "begun" });
  });

  it("are both known to the next owner, with what has left", async () => {
    const { run, first } = await hedged();
    await bench.callDesk.begin(first, 1, null);
    const later = await bench.runDesk.take(run);
    expect(later?.journal.open.toSorted((left, right) => left.dispatch - right.dispatch)).toEqual([
      { step: MEMBER.step, dispatch: 1001, isBegun: true },
      { step: HEDGE.step, dispatch: 1002, isBegun: false },
    ]);
  });
});
