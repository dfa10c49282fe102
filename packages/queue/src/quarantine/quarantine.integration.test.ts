import { type CallJob, parseCallJob } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type { OwnedRun } from "../desk/owned-run.ts";
import { dispatchFinal, FINAL_STEP, firstClaim, openProtocolBench, type ProtocolBench, sampleReport } from "../fixtures/protocol-bench.ts";
import { GOES_ON } from "../gate/run-gate.ts";
import type { TakenJob } from "../jobs/create-worker.ts";
import { RUNS_QUEUE } from "../jobs/queue-settings.ts";
import type { Settled } from "../run/settled.ts";

let bench: ProtocolBench;
beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
});
afterAll(() => bench.close());

const MEMBER = { ...FINAL_STEP, publish: null, stream: false };
const NOTHING = { attempt: 0, batches: 0 };

async function submitted(): Promise<RunId> {
  return (await bench.submit({}, { graceMs: GOES_ON, follow: null })).run;
}

/** Takes a run up as from a job that was taken so often from a worker that died. */
async function taken(run: RunId, stalls: number, number = 1): Promise<OwnedRun> {
  const owned = await bench.runDesk.take(run, { id: `${run}.${number}`, stalls });
  if (owned === null) throw new Error("the run cannot be taken");
  return owned;
}

/** The call job of a dispatch, as its queue has it. */
async function callJob(run: RunId, dispatch: number): Promise<CallJob> {
  const data = await bench.redis.hget(`${bench.prefix}:q:calls-openai:${run}.${dispatch}`, "data");
  return parseCallJob(JSON.parse(data ?? "null"));
}

async function listed(run: RunId): Promise<{ id: string; step: string | null; deaths: number; reason: string }[]> {
  const entries = (await bench.gate.quarantine()).filter((entry) => entry.run === run);
  return entries.map(({ id, step, deaths, reason }) => ({ id, step, deaths, reason }));
}

describe("deaths of workers on a run", () => {
  it("are counted once each, whoever looks", async () => {
    const run = await submitted();
    expect((await taken(run, 0)).deaths).toBe(0);
    expect((await taken(run, 1)).deaths).toBe(1);
    expect((await taken(run, 1)).deaths).toBe(1);
    expect((await taken(run, 2)).deaths).toBe(2);
  });

  it("go on counting with the next job of the run", async () => {
    const run = await submitted();
    expect((await taken(run, 2)).deaths).toBe(2);
    expect((await taken(run, 0, 2)).deaths).toBe(2);
    expect((await taken(run, 1, 2)).deaths).toBe(3);
  });

  it("are those since its last commit", async () => {
    const run = await submitted();
    await taken(run, 2);
    const owned = await taken(run, 3);
    expect(owned.deaths).toBe(3);
    await bench.runDesk.suffer(run, { id: `${run}.1`, stalls: 3, fence: 4 }, null);
    expect(await listed(run)).toEqual([{ id: run, step: null, deaths: 3, reason: "its lock was lost" }]);

    const dispatch = await dispatchFinal(owned, () => undefined, MEMBER);
    const claim = firstClaim(await callJob(run, dispatch), 1);
    await bench.callDesk.begin(claim, 1, null);
    await bench.callDesk.commit(claim, "failed", sampleReport(claim, ""), NOTHING, []);
    expect(await listed(run)).toEqual([]);
    expect((await taken(run, 3)).deaths).toBe(0);
    expect((await taken(run, 4)).deaths).toBe(1);
  });

  it("are seen by who holds its job too, and lead into quarantine, which its followers and the operator see", async () => {
    const { run, events } = await bench.submit();
    const job = { id: `${run}.1`, stalls: 2, fence: 3 };
    await taken(run, 2);
    expect(await bench.runDesk.suffer(run, job, "killed by SIGKILL")).toEqual({ deaths: 3, reason: "killed by SIGKILL" });
    // The answer was lost, and it is said again.
    expect(await bench.runDesk.suffer(run, job, "killed by SIGKILL")).toMatchObject({ deaths: 3 });
    expect(await bench.runDesk.suffer(run, { ...job, fence: 4 }, "ended with code 1")).toEqual({ deaths: 4, reason: "ended with code 1" });
    expect(await listed(run)).toEqual([{ id: run, step: null, deaths: 4, reason: "ended with code 1" }]);
    expect(await bench.gate.read(run)).toMatchObject({ quarantined: { step: null, deaths: 4 } });
    const entered = { kind: "run", data: { status: "running", quarantine: { step: null, deaths: 3 } } };
    await vi.waitFor(() => expect(events.filter(({ data }) => "quarantine" in data)).toMatchObject([entered]));
  });

  it("are forgotten when the operator releases it", async () => {
    const run = await submitted();
    await taken(run, 3);
    await bench.runDesk.suffer(run, { id: `${run}.1`, stalls: 3, fence: 4 }, null);
    expect(await bench.gate.pardon(run)).toBe(true);
    expect(await bench.gate.pardon(run)).toBe(false);
    expect(await listed(run)).toEqual([]);
    expect((await taken(run, 3)).deaths).toBe(0);
    expect((await taken(run, 4)).deaths).toBe(1);
  });

  it("leave nothing in quarantine when it ends", async () => {
    const run = await submitted();
    const owned = await taken(run, 3);
    const dispatch = await dispatchFinal(owned, () => undefined, MEMBER);
    const claim = firstClaim(await callJob(run, dispatch), 1);
    await bench.runDesk.suffer(run, { id: `${run}.1`, stalls: 3, fence: 4 }, null);
    await bench.callDesk.suffer(claim, { id: `${run}.${dispatch}`, stalls: 3, fence: 4 }, null);
    expect((await listed(run)).map(({ id }) => id)).toEqual([run, `${run}.${dispatch}`]);
    await bench.gate.cancel(run);
    expect(await listed(run)).toEqual([]);
    expect(await bench.runDesk.suffer(run, { id: `${run}.1`, stalls: 4, fence: 5 }, null)).toBeNull();
    expect(await bench.redis.zrange(`${bench.prefix}:quarantine`, "0", "-1")).not.toContain(run);
  });

  it("are dropped from the list with a run that expired", async () => {
    const run = await submitted();
    await taken(run, 3);
    await bench.runDesk.suffer(run, { id: `${run}.1`, stalls: 3, fence: 4 }, null);
    await bench.redis.del(`${bench.prefix}:run:${run}`);
    expect(await listed(run)).toEqual([]);
    expect(await bench.redis.zscore(`${bench.prefix}:quarantine`, run)).toBeNull();
  });
});

describe("deaths of workers on a call", () => {
  it("belong to its job, lead into quarantine and end with its commit", async () => {
    const run = await submitted();
    const owned = await taken(run, 0);
    const dispatch = await dispatchFinal(owned, () => undefined, MEMBER);
    const claim = firstClaim(await callJob(run, dispatch), 4);
    const job = { id: `${run}.${dispatch}`, stalls: 2, fence: 3 };
    expect(await bench.callDesk.suffer(claim, job, null)).toMatchObject({ deaths: 2 });
    expect(await listed(run)).toEqual([]);
    expect(await bench.callDesk.suffer(claim, { ...job, stalls: 3, fence: 4 }, null)).toMatchObject({ deaths: 3 });
    expect(await listed(run)).toEqual([{ id: `${run}.${dispatch}`, step: "final", deaths: 3, reason: "its lock was lost" }]);
    expect(await bench.gate.journal(run)).toMatchObject({ quarantined: [{ step: "final", deaths: 3 }] });
    expect((await taken(run, 0)).deaths).toBe(0);

    await bench.callDesk.begin(claim, 1, null);
    await bench.callDesk.commit(claim, "succeeded", sampleReport(claim, "well"), NOTHING, []);
    expect(await listed(run)).toEqual([]);
    expect(await bench.gate.journal(run)).toMatchObject({ quarantined: [] });
  });

  it("are forgotten when the operator releases it", async () => {
    const run = await submitted();
    const dispatch = await dispatchFinal(await taken(run, 0), () => undefined, MEMBER);
    const claim = firstClaim(await callJob(run, dispatch), 4);
    const job = { id: `${run}.${dispatch}`, stalls: 3, fence: 4 };
    await bench.callDesk.suffer(claim, job, null);
    expect(await bench.gate.pardon(job.id)).toBe(true);
    expect(await bench.callDesk.suffer(claim, job, null)).toMatchObject({ deaths: 0 });
  });

  it("make its run repeat each call of a larger job by itself, and what was committed not at all", async () => {
    const run = await submitted();
    const owned = await taken(run, 0);
    const steps = ["propose.0.0", "propose.0.1", "propose.0.2"].map((step, slot) => ({ ...MEMBER, step, slot }));
    const settled: Settled[] = [];
    const dispatch = await owned.dispatch(
      { provider: "openai", steps, prompts: [owned.plan.request.messages], deadlineMs: owned.deadlineAtMs },
      (one) => settled.push(one),
      () => undefined,
    );
    const job = await callJob(run, dispatch);
    const [first, second, third] = job.steps.map((step) => ({ run, job, step, fence: 1 }));
    if (first === undefined || second === undefined || third === undefined) throw new Error("three calls");
    for (const claim of [first, second, third]) await bench.callDesk.begin(claim, 1, null);
    await bench.callDesk.commit(first, "succeeded", sampleReport(first, "well"), NOTHING, []);

    const next = (claim: typeof first) => ({ ...claim, fence: 2 });
    expect(await bench.callDesk.giveUp(next(first))).toBe("succeeded");
    expect(await bench.callDesk.giveUp(next(second))).toBe("lost");
    // Who was only frozen has no say in what was taken up since.
    await bench.callDesk.begin(next(third), 1, null);
    expect(await bench.callDesk.giveUp(third)).toBe("fenced");
    await vi.waitFor(() =>
      expect(settled.map(({ step, status }) => [step, status])).toEqual([
        ["propose.0.0", "succeeded"],
        ["propose.0.1", "lost"],
      ]),
    );
    expect(settled[1]?.report).toBeNull();
  });
});

describe("a job", () => {
  /** Jobs of runs as they were taken, and what becomes of each. */
  it("knows how often it was taken from a worker that died; hand-backs and delays don't count", async () => {
    const run = await submitted();
    const key = `${bench.prefix}:q:${RUNS_QUEUE}:${run}.1`;
    const seen: { fence: number; stalls: number }[] = [];
    const fates: ((job: TakenJob) => Promise<void>)[] = [
      async (job) => Promise.reject(await job.handBack()),
      async (job) => Promise.reject(await job.postpone(50)),
      // Its lock goes, as it does when its worker dies.
      async () => {
        await bench.redis.del(`${key}:lock`);
        return new Promise(() => undefined);
      },
    ];
    bench.onRun(async (job) => {
      if (!job.id.startsWith(run)) return;
      seen.push({ fence: job.fence, stalls: job.stalls });
      await fates.shift()?.(job);
    });
    await vi.waitFor(
      () =>
        expect(seen).toEqual([
          { fence: 1, stalls: 0 },
          { fence: 2, stalls: 0 },
          { fence: 3, stalls: 0 },
          { fence: 4, stalls: 1 },
        ]),
      { timeout: 15_000 },
    );
    expect(await bench.redis.hget(key, "atm")).toBe("1");
  });
});
