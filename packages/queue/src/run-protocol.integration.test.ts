import { type CallJob, type CallRecord, NO_USAGE, parseCallJob, type RunEvent } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { OwnershipLost } from "./desk/owned-run.ts";
import { dispatchFinal, FINAL_STEP, firstClaim, openProtocolBench, type ProtocolBench, sampleReport } from "./fixtures/protocol-bench.ts";
import type { Settled } from "./run/settled.ts";

let bench: ProtocolBench;
const jobs: { job: CallJob; fence: number }[] = [];

beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
  bench.onCall(async ({ data, fence }) => {
    jobs.push({ job: parseCallJob(data), fence });
  });
});
afterAll(() => bench.close());

/** Takes a run up and dispatches its only call. */
async function dispatched(changes: Parameters<ProtocolBench["submit"]>[0] = {}, step = FINAL_STEP) {
  const { run, events } = await bench.submit(changes);
  const owned = await bench.runDesk.take(run);
  if (owned === null) throw new Error("the run cannot be taken");
  const settled: Settled[] = [];
  await dispatchFinal(owned, (entry) => settled.push(entry), step);
  const taken = await vi.waitFor(() => {
    const found = jobs.find(({ job }) => job.run === run);
    if (found === undefined) throw new Error("no call job yet");
    return found;
  });
  return { run, events, owned, settled, claim: firstClaim(taken.job, taken.fence) };
}

function textOf(events: RunEvent[]): string {
  return events.map((event) => (event.kind === "delta" ? (event.data.text ?? "") : "")).join("");
}

function fieldsOf(run: RunId): Promise<Record<string, string>> {
  return bench.redis.hgetall(`${bench.prefix}:run:${run}:journal`);
}

describe("a run on the queues", () => {
  it("gives its events gapless, in order, and the text that was committed", async () => {
    const { events, owned, settled, claim } = await dispatched();
    expect(await bench.callDesk.begin(claim, 1, null)).toMatchObject({ kind: "begun" });
    const cursor = { attempt: 0, batches: 0 };
    expect(await bench.callDesk.append(claim, 1, cursor, { text: "one " })).toBe("added");
    expect(await bench.callDesk.append(claim, 1, cursor, { text: "two " })).toBe("added");
    expect(await bench.callDesk.commit(claim, "succeeded", sampleReport(claim, "one two three"), cursor, [{ text: "three" }])).toBe(
      "succeeded",
    );
    await vi.waitFor(() => expect(settled).toMatchObject([{ step: "final", dispatch: 1001, status: "succeeded" }]));
    await owned.finish({ state: "succeeded", data: { completion: {} as never } }, []);
    await vi.waitFor(() => expect(events.at(-1)?.kind).toBe("finished"));
    expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
    expect(textOf(events)).toBe("one two three");
  });

  it("says in its calls' jobs whose they are and how they are ordered", async () => {
    const { claim } = await dispatched({ caller: "team-a", priority: "batch" }, { ...FINAL_STEP, rank: 1 });
    expect(claim.job).toMatchObject({ caller: "team-a", priority: "batch", steps: [{ rank: 1 }] });
  });

  it("publishes the whole text at the commit when nothing was streamed", async () => {
    const { events, settled, claim } = await dispatched({}, { ...FINAL_STEP, stream: false });
    await bench.callDesk.begin(claim, 1, null);
    await bench.callDesk.commit(claim, "succeeded", sampleReport(claim, "all"), { attempt: 0, batches: 0 }, [{ text: "all" }]);
    await vi.waitFor(() => expect(settled).toHaveLength(1));
    await vi.waitFor(() => expect(textOf(events)).toBe("all"));
  });

  it("lets the first success win a step and counts the other as duplicate", async () => {
    const { owned, settled, claim, run } = await dispatched({}, { ...FINAL_STEP, publish: null, stream: false });
    await bench.callDesk.begin(claim, 1, null);
    await dispatchFinal(owned, (entry) => settled.push(entry), { ...FINAL_STEP, publish: null, stream: false });
    const second = await vi.waitFor(() => {
      const found = jobs.find(({ job }) => job.run === run && job.dispatch === 1002);
      if (found === undefined) throw new Error("no second job yet");
      return firstClaim(found.job, found.fence);
    });
    await bench.callDesk.begin(second, 1, null);
    const none = { attempt: 0, batches: 0 };
    expect(await bench.callDesk.commit(claim, "succeeded", sampleReport(claim, "first"), none, [])).toBe("succeeded");
    expect(await bench.callDesk.commit(second, "succeeded", sampleReport(second, "second"), none, [])).toBe("duplicate");
    expect(await bench.callDesk.begin(second, 2, null)).toEqual({ kind: "refused", reason: "won" });
    expect((await fieldsOf(run))["w:final"]).toBe("1001");
  });

  it("answers a repeated commit as the first time and records it once", async () => {
    const { claim, settled } = await dispatched({}, { ...FINAL_STEP, publish: null, stream: false });
    await bench.callDesk.begin(claim, 1, null);
    const none = { attempt: 0, batches: 0 };
    const before = await bench.redis.xlen(`${bench.prefix}:calls`);
    expect(await bench.callDesk.commit(claim, "succeeded", sampleReport(claim, "x"), none, [])).toBe("succeeded");
    expect(await bench.callDesk.commit(claim, "succeeded", sampleReport(claim, "x"), none, [])).toBe("succeeded");
    expect(await bench.redis.xlen(`${bench.prefix}:calls`)).toBe(before + 1);
    await vi.waitFor(() => expect(settled).toHaveLength(1));
  });

  it("refuses a request whose job was taken up by another since", async () => {
    const { claim } = await dispatched();
    expect(await bench.callDesk.begin({ ...claim, fence: 2 }, 1, null)).toMatchObject({ kind: "begun" });
    expect(await bench.callDesk.begin(claim, 1, null)).toEqual({ kind: "refused", reason: "fenced" });
    expect(await bench.callDesk.append(claim, 1, { attempt: 0, batches: 0 }, { text: "stale" })).toBe("refused");
  });

  it("refuses a request that differs from the intended one", async () => {
    const { claim } = await dispatched();
    const forged = { ...claim, job: { ...claim.job, digest: "other" } };
    expect(await bench.callDesk.begin(forged, 1, null)).toEqual({ kind: "refused", reason: "digest" });
  });

  it("voids what an earlier stream attempt said and refuses its tokens from then on", async () => {
    const { events, claim } = await dispatched();
    await bench.callDesk.begin(claim, 1, null);
    const first = { attempt: 0, batches: 0 };
    await bench.callDesk.append(claim, 1, first, { text: "old" });
    await bench.callDesk.begin(claim, 2, null);
    const second = { attempt: 0, batches: 0 };
    await bench.callDesk.append(claim, 2, second, { text: "new" });
    expect(await bench.callDesk.append(claim, 1, first, { text: "older" })).toBe("refused");
    await vi.waitFor(() =>
      expect(events.filter(({ kind }) => kind === "reset" || kind === "delta").map(({ kind }) => kind)).toEqual([
        "delta",
        "reset",
        "delta",
      ]),
    );
  });

  it("appends a batch once, however often it is sent", async () => {
    const { events, claim } = await dispatched();
    await bench.callDesk.begin(claim, 1, null);
    const cursor = { attempt: 0, batches: 0 };
    await bench.callDesk.append(claim, 1, cursor, { text: "a" });
    await bench.callDesk.append(claim, 1, { ...cursor, batches: 0 }, { text: "a" });
    await bench.callDesk.append(claim, 1, cursor, { text: "b" });
    await vi.waitFor(() => expect(textOf(events)).toBe("ab"));
  });

  it("takes every decision from an owner that lost the run", async () => {
    const { run, owned } = await dispatched();
    const later = await bench.runDesk.take(run);
    expect(later?.journal.open).toEqual([{ step: "final", dispatch: 1001, isBegun: false }]);
    expect(owned.signal.aborted).toBe(true);
    await expect(
      owned.release("propose.0", "{}", { name: "propose", index: 0, state: "released", reason: "all" }, { keep: false, cells: [] }),
    ).rejects.toThrow(OwnershipLost);
    await expect(owned.finish({ state: "failed", data: {} as never }, [])).rejects.toThrow(OwnershipLost);
  });

  it("keeps the first decision on a stage and tells the straggler's process to abort", async () => {
    const { owned, claim } = await dispatched();
    await bench.callDesk.begin(claim, 1, null);
    const abort = vi.fn<() => void>();
    bench.callDesk.watch(claim, abort);
    const event = { name: "propose", index: 0, state: "released" as const, reason: "quorum" };
    const cells = [{ step: "final", dispatch: 1001 }];
    expect(await owned.release("propose.0", '{"slots":[1]}', event, { keep: false, cells })).toBe('{"slots":[1]}');
    expect(await owned.release("propose.0", '{"slots":[2]}', event, { keep: false, cells })).toBe('{"slots":[1]}');
    await vi.waitFor(() => expect(abort).toHaveBeenCalled());
    expect(await bench.callDesk.commit(claim, "succeeded", sampleReport(claim, "late"), { attempt: 0, batches: 0 }, [])).toBe("late");
  });

  it("lets a streaming straggler finish that is kept, also beyond the end of the run, and stores its answer", async () => {
    const { run, owned, events, claim } = await dispatched({}, { ...FINAL_STEP, step: "propose.0.0", publish: "member_delta" });
    await bench.callDesk.begin(claim, 1, null);
    const cursor = { attempt: 0, batches: 0 };
    expect(await bench.callDesk.append(claim, 1, cursor, { text: "in time" })).toBe("added");
    const event = { name: "propose", index: 0, state: "released" as const, reason: "quorum" };
    const cells = [{ step: "propose.0.0", dispatch: 1001 }];
    await owned.release("propose.0", "{}", event, { keep: true, cells });
    expect(await bench.callDesk.append(claim, 1, cursor, { text: "too late" })).toBe("unread");
    await owned.finish({ state: "succeeded", data: { completion: {} as never } }, []);
    expect(await bench.callDesk.append(claim, 1, cursor, { text: "later still" })).toBe("unread");
    expect(await bench.callDesk.append({ ...claim, fence: 2 }, 1, cursor, { text: "another's" })).toBe("refused");
    expect(await bench.callDesk.commit(claim, "succeeded", sampleReport(claim, "all of it"), cursor, [])).toBe("late");
    expect((await fieldsOf(run))["r:propose.0.0#1001"]).toContain("all of it");
    expect(JSON.stringify(events)).not.toContain("too late");
  });

  it("ends as cancelled once, aborts what is open, and records what was spent", async () => {
    const { run, events, owned, claim } = await dispatched();
    await bench.callDesk.begin(claim, 1, null);
    const abort = vi.fn<() => void>();
    bench.callDesk.watch(claim, abort);
    await bench.gate.cancel(run);
    await vi.waitFor(() => expect(abort).toHaveBeenCalled());
    await vi.waitFor(() => expect(owned.signal.aborted).toBe(true));
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ kind: "error", data: { error: { code: "run_cancelled" } } }));
    const before = await bench.redis.xlen(`${bench.prefix}:calls`);
    expect(await bench.callDesk.commit(claim, "cancelled", sampleReport(claim, ""), { attempt: 0, batches: 0 }, [])).toBe("cancelled");
    expect(await bench.redis.xlen(`${bench.prefix}:calls`)).toBe(before + 1);
    expect(await bench.runDesk.take(run)).toBeNull();
  });

  it("hears of a result whose wake-up was lost", async () => {
    const { owned, settled, claim, run } = await dispatched({}, { ...FINAL_STEP, publish: null, stream: false });
    // The inbox that the script writes to is another one, so nobody is told.
    await bench.redis.hset(`${bench.prefix}:run:${run}`, "inbox", `${bench.prefix}:inbox:nobody`);
    await bench.callDesk.begin(claim, 1, null);
    await bench.callDesk.commit(claim, "succeeded", sampleReport(claim, "x"), { attempt: 0, batches: 0 }, []);
    await vi.waitFor(() => expect(settled).toMatchObject([{ status: "succeeded" }]), { timeout: 10_000 });
    owned.let();
  });

  it("gives a cell up whose job ended without a result", async () => {
    // The worker of this bench drops every job, which looks like a caller that died after its last act.
    const { settled } = await dispatched();
    await vi.waitFor(() => expect(settled).toEqual([{ step: "final", dispatch: 1001, status: "lost", report: null }]), { timeout: 10_000 });
  });

  it("leaves a call between two tries to another job, and keeps what the tries spent", async () => {
    const { claim, settled, run } = await dispatched();
    await bench.callDesk.begin(claim, 1, null);
    const spent = { usage: { ...NO_USAGE, inputTokens: 9 }, costNanoUsd: 8, costSource: "catalog" as const };
    const report = { ...sampleReport(claim, ""), ...spent, result: null };
    const unfinished = { last: { status: "failed" as const, class: "empty" as const, ...spent }, report };
    expect(await bench.callDesk.giveUp(claim, unfinished)).toBe("lost");
    expect(await bench.callDesk.giveUp(claim, unfinished)).toBe("lost");
    await vi.waitFor(() => expect(settled).toMatchObject([{ step: "final", status: "lost", report: spent }]));
    expect((await bench.runDesk.take(run))?.journal.settled).toMatchObject([{ status: "lost", report: spent }]);
    await bench.gate.cancel(run);
    const second = { ...unfinished, report: { ...report, tries: 2 } };
    expect(await bench.callDesk.giveUp(claim, second)).toBe("ended");
    const lines = await bench.redis.xrange(`${bench.prefix}:calls`, "-", "+");
    const ends = lines
      .map(([, [, line = "{}"]]) => JSON.parse(line) as CallRecord)
      .filter((line) => line.run === run && line.kind === "finished");
    // That of a try is recorded once, and also when its run has ended.
    expect(ends.map(({ try: number, costNanoUsd }) => [number, costNanoUsd])).toEqual([
      [1, 8],
      [2, 8],
    ]);
  });

  it("lets everything of a run expire", async () => {
    const { run, owned, claim } = await dispatched();
    await bench.callDesk.begin(claim, 1, null);
    await owned.finish({ state: "failed", data: { status: 500, headers: {}, error: {} as never } }, []);
    for (const key of await bench.redis.keys(`${bench.prefix}:run:${run}*`)) expect(await bench.redis.pttl(key)).toBeGreaterThan(0);
    expect(await bench.redis.zscore(`${bench.prefix}:open`, run)).toBeNull();
  });
});

describe("a job", () => {
  it("is taken up again when its processor met a fault", async () => {
    const taken: number[] = [];
    const faulty = await openProtocolBench(inject("redisUrl"));
    faulty.onRun(async ({ fence }) => {
      taken.push(fence);
      if (taken.length === 1) throw new Error("Redis was loading");
    });
    await faulty.submit();
    await vi.waitFor(() => expect(taken).toEqual([1, 2]), { timeout: 5000 });
    await faulty.close();
  });
});

describe("a follower", () => {
  it("reads from the beginning what happened before it came", async () => {
    const { run, claim } = await dispatched();
    await bench.callDesk.begin(claim, 1, null);
    await bench.callDesk.append(claim, 1, { attempt: 0, batches: 0 }, { text: "early" });
    const events: RunEvent[] = [];
    const following = bench.gate.follow(run, { scope: "all", onEvent: (event) => events.push(event), onLost: () => undefined });
    await vi.waitFor(() => expect(textOf(events)).toBe("early"));
    expect(events[0]?.number).toBe(1);
    following.close();
  });

  it("gets nothing while paused and everything, once, after it resumes", async () => {
    const { run, claim } = await dispatched();
    const events: RunEvent[] = [];
    const following = bench.gate.follow(run, { scope: "all", onEvent: (event) => events.push(event), onLost: () => undefined });
    await vi.waitFor(() => expect(events.length).toBeGreaterThan(0));
    following.pause();
    const seen = events.length;
    await bench.callDesk.begin(claim, 1, null);
    await bench.callDesk.append(claim, 1, { attempt: 0, batches: 0 }, { text: "meanwhile" });
    expect(events).toHaveLength(seen);
    following.resume();
    await vi.waitFor(() => expect(textOf(events)).toBe("meanwhile"));
    expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
    following.close();
  });

  it("is told when the run is unknown", async () => {
    const lost = vi.fn<(reason: Error) => void>();
    bench.gate.follow("0198f2a0-0000-7000-8000-000000000000" as RunId, { scope: "all", onEvent: () => undefined, onLost: lost });
    await vi.waitFor(() => expect(lost).toHaveBeenCalled());
  });
});
