import { type CallJob, parseCallJob, type RunPlan } from "@composite-llm/contracts";
import { isRunId, type RunId, systemClock } from "@composite-llm/core";
import { Queue } from "bullmq";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from "vitest";
import type { CellClaim } from "./caller/call-desk.ts";
import { type OwnedRun, OwnershipLost } from "./desk/owned-run.ts";
import { openRunDesk, type RunDesk } from "./desk/run-desk.ts";
import { dispatchFinal, FINAL_STEP, firstClaim, openProtocolBench, type ProtocolBench, sampleReport } from "./fixtures/protocol-bench.ts";
import { GOES_ON } from "./gate/run-gate.ts";
import type { TakenJob } from "./jobs/create-worker.ts";
import { RUNS_QUEUE } from "./jobs/queue-settings.ts";
import { createKeys } from "./run/run-keys.ts";
import { createRunScripts } from "./run/run-scripts.ts";
import { openSweeper, type Sweeper } from "./sweep/open-sweeper.ts";

const PATIENT = { timeout: 15_000, interval: 50 };
const BACKGROUND = { graceMs: GOES_ON, follow: null };
const STEP = { ...FINAL_STEP, publish: null, stream: false };
const NO_STREAM = { attempt: 0, batches: 0 };

let bench: ProtocolBench;
let queue: Queue;
/** Who takes the runs up. */
let desk: RunDesk;
/** Between the moment at which a run is parked and the one at which its job is aside. */
let beforeAside: (run: RunId) => Promise<void>;
/** What a run would do by itself next. */
let nextTimerMs: (owned: OwnedRun) => number | null;
const takes: RunId[] = [];
const calls = new Map<string, CellClaim>();
let provider: PromiseWithResolvers<void>;

/** A whole engine for runs of one call. */
async function carryOut(job: TakenJob): Promise<void> {
  const { run } = job.data as { run: string };
  if (!isRunId(run)) throw new Error("no run");
  let due = (): number | null => null;
  const owned = await desk.take(run, job, () => due());
  if (owned === null) return;
  due = () => nextTimerMs(owned);
  takes.push(run);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  owned.signal.addEventListener("abort", () => reject(owned.signal.reason as Error));
  try {
    if (owned.now() >= owned.deadlineAtMs) resolve();
    else if (owned.journal.settled.some(({ status }) => status === "succeeded")) resolve();
    else if (owned.journal.open.length > 0)
      for (const cell of owned.journal.open) owned.await({ ...cell, provider: "openai" }, () => resolve());
    else await dispatchFinal(owned, () => resolve(), STEP);
    await promise;
    const state = owned.now() >= owned.deadlineAtMs ? "failed" : "succeeded";
    await owned.finish({ state, data: {} } as Parameters<OwnedRun["finish"]>[0], []);
  } catch (error) {
    if (!(error instanceof OwnershipLost) || error.outcome !== "parked") return;
    await beforeAside(run);
    throw await desk.putAside(run, job);
  }
}

beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
  queue = new Queue(RUNS_QUEUE, { connection: { url: inject("redisUrl") }, prefix: `${bench.prefix}:q` });
  bench.onRun(carryOut);
  // A provider without room: its calls wait in the hands of a caller.
  bench.onCall(async ({ data, fence }) => {
    const job: CallJob = parseCallJob(data);
    calls.set(job.run, firstClaim(job, fence));
    await provider.promise;
  });
});
beforeEach(() => {
  desk = bench.runDesk;
  beforeAside = () => Promise.resolve();
  nextTimerMs = (owned) => owned.deadlineAtMs;
  provider?.resolve();
  provider = Promise.withResolvers();
});
afterAll(async () => {
  provider.resolve();
  await queue.close();
  await bench.close();
});

async function submit(changes: Partial<RunPlan> = {}): Promise<RunId> {
  return (await bench.submit(changes, BACKGROUND)).run;
}
const fieldOf = (run: RunId, field: string) => bench.redis.hget(`${bench.prefix}:run:${run}`, field);
const jobState = (run: RunId) => queue.getJobState(`${run}.1`);
const timesTaken = (run: RunId) => takes.filter((taken) => taken === run).length;
const untilAside = (run: RunId) => vi.waitFor(async () => expect(await jobState(run)).toBe("delayed"), PATIENT);
const untilEnded = (run: RunId, state = "succeeded") =>
  vi.waitFor(async () => expect([await fieldOf(run, "state"), await jobState(run)]).toEqual([state, "completed"]), PATIENT);

async function claimOf(run: RunId): Promise<CellClaim> {
  return vi.waitFor(() => {
    const claim = calls.get(run);
    if (claim === undefined) throw new Error("no call yet");
    return claim;
  }, PATIENT);
}

async function begin(run: RunId): Promise<void> {
  expect(await bench.callDesk.begin(await claimOf(run), 1, null)).toMatchObject({ kind: "begun" });
}

async function answer(run: RunId): Promise<void> {
  await begin(run);
  const claim = await claimOf(run);
  expect(await bench.callDesk.commit(claim, "succeeded", sampleReport(claim, "x"), NO_STREAM, [])).toBe("succeeded");
}

describe("a run whose only call waits for its provider", () => {
  it("gives its place back for a minute at most, shows so, and goes on when the call is committed, which is made once", async () => {
    const run = await submit({ totalDeadlineMs: 300_000 });
    await untilAside(run);
    const stored = await bench.gate.read(run);
    expect(stored?.state).toBe("running");
    const left = (stored?.parkedUntilMs ?? 0) - Date.now();
    expect(left).toBeGreaterThan(40_000);
    expect(left).toBeLessThanOrEqual(60_000);
    await answer(run);
    await untilEnded(run);
    expect([timesTaken(run), await fieldOf(run, "owner"), await fieldOf(run, "parked")]).toEqual([2, "2", null]);
    const journal = await bench.gate.journal(run);
    expect([journal.settled.map(({ dispatch }) => dispatch), journal.open, journal.parkedAtMs]).toEqual([[1001], [], null]);
  });

  it("is not parked once a request was sent, however long that takes", async () => {
    const sent = await submit();
    await begin(sent);
    const control = await submit();
    await untilAside(control);
    const later = await submit();
    await untilAside(later);
    expect([await jobState(sent), timesTaken(sent)]).toEqual(["active", 1]);
    for (const run of [control, later]) await bench.gate.cancel(run);
    await bench.gate.cancel(sent);
  });

  it("sleeps over nothing that comes between the decision and the moment at which its job is aside", async () => {
    const states: string[] = [];
    for (const isRead of [true, false]) {
      const marker = await submit();
      await begin(marker);
      beforeAside = async (run) => {
        await answer(run);
        states.push(await jobState(run));
        if (!isRead) return;
        // What comes later in the same inbox has been read: so has this.
        const claim = await claimOf(marker);
        await bench.callDesk.commit(claim, "succeeded", sampleReport(claim, "x"), NO_STREAM, []);
        await untilEnded(marker);
      };
      const run = await submit();
      await untilEnded(run);
      expect(timesTaken(run)).toBe(2);
      beforeAside = () => Promise.resolve();
      await bench.gate.cancel(marker);
    }
    expect(states).toEqual(["active", "active"]);
  });

  it("is put aside again at once when it comes back for nothing, and sends nothing twice", async () => {
    const run = await submit();
    await untilAside(run);
    const before = timesTaken(run);
    await (await queue.getJob(`${run}.1`))?.promote();
    await vi.waitFor(() => expect(timesTaken(run)).toBeGreaterThan(before), PATIENT);
    await untilAside(run);
    await answer(run);
    await untilEnded(run);
    expect((await bench.gate.journal(run)).settled.map(({ dispatch, status }) => [dispatch, status])).toEqual([[1001, "succeeded"]]);
  });

  it("comes back for what it does by itself, as for the end of its time", async () => {
    const run = await submit({ totalDeadlineMs: 5000 });
    await untilAside(run);
    expect(Number(await fieldOf(run, "parked"))).toBe(Number(await fieldOf(run, "deadline")));
    await untilEnded(run, "failed");
    expect(timesTaken(run)).toBe(2);
  });

  it("keeps its place when it is to do something in a moment", async () => {
    nextTimerMs = (owned) => owned.now() + 900;
    const busy = await submit();
    await claimOf(busy);
    nextTimerMs = (owned) => (owned.run === busy ? owned.now() + 900 : owned.deadlineAtMs);
    const control = await submit();
    await untilAside(control);
    expect(await jobState(busy)).toBe("active");
    for (const run of [busy, control]) await bench.gate.cancel(run);
  });

  it("is gone at once when it is cancelled, and leaves no job behind", async () => {
    const run = await submit();
    await untilAside(run);
    await bench.gate.cancel(run);
    await untilEnded(run, "cancelled");
    expect(await queue.getDelayedCount()).toBe(0);
  });
});

describe("a process with parked runs", () => {
  let sweepers: Sweeper[] = [];
  const swept: string[] = [];
  const target = () => ({ url: inject("redisUrl"), prefix: bench.prefix, onError: () => undefined });
  const sweep = () => sweepers.push(openSweeper({ ...target(), onSwept: (run, what) => swept.push(`${run} ${what}`) }));
  beforeEach(() => {
    swept.length = 0;
  });
  const endSweepers = async () => {
    await Promise.all(sweepers.map((sweeper) => sweeper.close()));
    sweepers = [];
  };
  afterAll(endSweepers);

  it("that ends in order has them taken up by others at once", async () => {
    const leaving = await openRunDesk({ ...target(), clock: systemClock });
    desk = leaving;
    const run = await submit();
    await untilAside(run);
    desk = bench.runDesk;
    const before = timesTaken(run);
    await leaving.wakeParked();
    await vi.waitFor(() => expect(timesTaken(run)).toBeGreaterThan(before), PATIENT);
    await leaving.close();
    await answer(run);
    await untilEnded(run);
  });

  it("that dies leaves them to the sweeper, as does one that gives no signs of life", async () => {
    for (const isInboxThere of [false, true]) {
      const dying = await openRunDesk({ ...target(), clock: systemClock });
      desk = dying;
      const run = await submit();
      await untilAside(run);
      const inbox = (await fieldOf(run, "inbox")) ?? "";
      await dying.close();
      desk = bench.runDesk;
      if (isInboxThere) await bench.redis.multi().xadd(inbox, "*", "m", "{}").pexpire(inbox, 54_000).exec();
      await answer(run);
      expect(await jobState(run)).toBe("delayed");
      sweep();
      await untilEnded(run);
      expect(swept).toContain(`${run} promoted`);
      await endSweepers();
    }
  });

  it("that is well keeps them where they are, until their time is over", async () => {
    const [run, other] = [await submit({ totalDeadlineMs: 300_000 }), await submit({ totalDeadlineMs: 300_000 })];
    await untilAside(run);
    await untilAside(other);
    await bench.redis.hset(`${bench.prefix}:run:${other}`, "parked", 1);
    sweep();
    await vi.waitFor(() => expect(swept).toContain(`${other} promoted`), PATIENT);
    expect(swept).not.toContain(`${run} promoted`);
    expect(await jobState(run)).toBe("delayed");
    for (const each of [run, other]) await bench.gate.cancel(each);
    await untilEnded(run, "cancelled");
  });
});

describe("the decision to park a run", () => {
  it("is refused once one of its calls is sent or settled, its owner is another, or it has ended", async () => {
    // Nobody takes jobs here.
    const quiet = await openProtocolBench(inject("redisUrl"));
    const scripts = createRunScripts(quiet.redis, createKeys(quiet.prefix));
    const { run } = await quiet.submit({}, BACKGROUND);
    const owned = await quiet.runDesk.take(run);
    if (owned === null) throw new Error("the run cannot be taken");
    for (const _ of [1, 2]) await dispatchFinal(owned, () => undefined, STEP);
    const cells = ["final", 1001, "final", 1002];
    const park = (owner = 1) => scripts.park(run, owner, owned.now() + 90_000, 60_000, ...cells);

    expect((await park())[0]).toBe("ok");
    // Not the 90 s that were asked for; this process knows Redis' time to some milliseconds.
    expect(Number(await quiet.redis.hget(`${quiet.prefix}:run:${run}`, "parked")) - owned.now()).toBeLessThan(61_000);
    expect(await park(0)).toEqual(["stale"]);
    const digest = (await quiet.redis.hget(`${quiet.prefix}:run:${run}:journal`, "i:1002")) ?? "";
    expect((await scripts.begin(run, "final", 1002, 1, 1, "", digest, "{}", "", ""))[0]).toBe("ok");
    expect(await park()).toEqual(["begun", "final", 1002]);
    await scripts.lose(run, 1, "final", 1002);
    expect(await park()).toEqual(["settled"]);
    await quiet.gate.cancel(run);
    expect(await park()).toEqual(["ended"]);
    await quiet.gate.erase(run);
    expect(await park()).toEqual(["gone"]);
    await quiet.close();
  });
});
