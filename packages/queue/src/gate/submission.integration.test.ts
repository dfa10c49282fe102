import { ApiError, createRunId } from "@composite-llm/core";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { openProtocolBench, type ProtocolBench } from "../fixtures/protocol-bench.ts";
import { GOES_ON } from "./run-gate.ts";

let bench: ProtocolBench;
beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
});
afterAll(() => bench.close());

/** A name that no other test uses. */
const fresh = (): string => createRunId(Date.now());

async function stateOf(run: Parameters<ProtocolBench["gate"]["read"]>[0]): Promise<string | undefined> {
  return (await bench.gate.read(run))?.state;
}

describe("an idempotency key", () => {
  it("makes fifty requests at once one run", async () => {
    const key = { idempotencyKey: fresh(), fingerprint: "f" };
    const submitted = await Promise.all(Array.from({ length: 50 }, () => bench.submit({}, key)));
    expect(new Set(submitted.map(({ run }) => run)).size).toBe(1);
    expect(submitted.filter(({ isJoined }) => !isJoined)).toHaveLength(1);
    for (const { following } of submitted) following?.close();
  });

  it("refuses another body, and says that a repetition will not help", async () => {
    const idempotencyKey = fresh();
    await bench.submit({}, { idempotencyKey, fingerprint: "one" });
    await expect(bench.submit({}, { idempotencyKey, fingerprint: "two" })).rejects.toMatchObject({
      key: "idempotency_conflict",
      status: 409,
      headers: { "x-should-retry": "false" },
    });
  });

  it("adds no job for a request that it joins to a run, or refuses", async () => {
    const jobs = () => bench.redis.llen(`${bench.prefix}:q:runs:wait`);
    const idempotencyKey = fresh();
    await bench.submit({}, { idempotencyKey, fingerprint: "one" });
    const known = await jobs();
    await bench.submit({}, { idempotencyKey, fingerprint: "one" });
    await expect(bench.submit({}, { idempotencyKey, fingerprint: "two" })).rejects.toMatchObject({ key: "idempotency_conflict" });
    expect(await jobs()).toBe(known);
  });

  it("belongs to its caller", async () => {
    const key = { idempotencyKey: fresh(), fingerprint: "f" };
    const one = await bench.submit({ caller: "a" }, key);
    const other = await bench.submit({ caller: "b" }, key);
    expect(other.run).not.toBe(one.run);
  });

  it("is free again after a run that was cancelled", async () => {
    const key = { idempotencyKey: fresh(), fingerprint: "f" };
    const first = await bench.submit({}, key);
    await bench.gate.cancel(first.run);
    expect(await bench.submit({}, key)).toMatchObject({ isJoined: false });
  });

  it("replays every event to who joins", async () => {
    const key = { idempotencyKey: fresh(), fingerprint: "f" };
    const first = await bench.submit({}, key);
    // An event that was told before its follower had subscribed is read after a second of silence.
    const patience = { timeout: 5000 };
    await vi.waitFor(() => expect(first.events.length).toBeGreaterThan(0), patience);
    const second = await bench.submit({}, key);
    await vi.waitFor(() => expect(second.events).toEqual(first.events), patience);
  });
});

describe("a submission that is refused as a new run", () => {
  const refusal = new ApiError("provider_rate_limited", "not now");

  it("stores nothing, with a key or without", async () => {
    const keys = async () => (await bench.redis.keys(`${bench.prefix}:*`)).toSorted();
    const before = await keys();
    for (const idempotencyKey of [null, fresh()]) {
      await expect(bench.submit({}, { idempotencyKey, refusal })).rejects.toBe(refusal);
    }
    expect(await keys()).toEqual(before);
  });

  it("joins the run that its key stands for", async () => {
    const key = { idempotencyKey: fresh(), fingerprint: "f" };
    const { run } = await bench.submit({}, key);
    expect(await bench.submit({}, { ...key, refusal })).toMatchObject({ run, isJoined: true });
  });
});

describe("a client that hangs up", () => {
  it("has its run cancelled at once without a grace", async () => {
    const { run, following } = await bench.submit({}, { graceMs: 0 });
    following?.leave();
    await vi.waitFor(async () => expect(await stateOf(run)).toBe("cancelled"));
  });

  it("is told where the run's answer stands, apart from its progress", async () => {
    const { run, following } = await bench.submit();
    expect(await bench.gate.read(run)).toMatchObject({ lastEvent: 1, lastAnswerEvent: 0 });
    following?.leave();
    await vi.waitFor(async () => expect(await bench.gate.read(run)).toMatchObject({ lastEvent: 3, lastAnswerEvent: 3 }));
  });

  it("leaves its run the grace, and no longer", async () => {
    const { run, following } = await bench.submit({}, { graceMs: 600 });
    following?.leave();
    expect(await stateOf(run)).toBe("queued");
    await vi.waitFor(async () => expect(await stateOf(run)).toBe("cancelled"), { timeout: 3000 });
  });

  it("may come back within the grace", async () => {
    const key = { idempotencyKey: fresh(), fingerprint: "f", graceMs: 500 };
    const first = await bench.submit({}, key);
    first.following?.leave();
    const second = await bench.submit({}, key);
    expect(second).toMatchObject({ run: first.run, isJoined: true });
    const orphaned = async () => (await bench.redis.hget(`${bench.prefix}:run:${first.run}`, "orphaned")) ?? null;
    await vi.waitFor(async () => expect(await orphaned()).toBeNull());
    second.following?.leave(GOES_ON);
    await vi.waitFor(async () => expect((await bench.gate.read(first.run))?.isBackground).toBe(true));
    expect(await stateOf(first.run)).toBe("queued");
  });

  it("ends nothing while another one listens", async () => {
    const key = { idempotencyKey: fresh(), fingerprint: "f", graceMs: 0 };
    const first = await bench.submit({}, key);
    const second = await bench.submit({}, key);
    first.following?.leave();
    second.following?.pause();
    await vi.waitFor(async () => expect(await bench.redis.zcard(`${bench.prefix}:run:${first.run}:listeners`)).toBe(1));
    expect(await stateOf(first.run)).toBe("queued");
    second.following?.leave();
    await vi.waitFor(async () => expect(await stateOf(first.run)).toBe("cancelled"));
  });
});

describe("a client's own retry", () => {
  const first = (fingerprint: string) => bench.submit({}, { fingerprint, twin: "may_be_adopted", graceMs: 3000 });
  const retry = (fingerprint: string) => bench.submit({}, { fingerprint, twin: "adopts", graceMs: 3000 });

  it("adopts the run that its first try left behind, once", async () => {
    const fingerprint = fresh();
    const left = await first(fingerprint);
    left.following?.leave();
    expect(await retry(fingerprint)).toMatchObject({ run: left.run, isJoined: true });
    expect((await retry(fingerprint)).run).not.toBe(left.run);
  });

  it("adopts the run again that its second try left behind too", async () => {
    const fingerprint = fresh();
    const left = await first(fingerprint);
    left.following?.leave();
    const second = await retry(fingerprint);
    second.following?.leave();
    expect(await retry(fingerprint)).toMatchObject({ run: left.run, isJoined: true });
  });

  it("is alone in adopting a run that has succeeded", async () => {
    const fingerprint = fresh();
    const left = await first(fingerprint);
    left.following?.leave(GOES_ON);
    await bench.redis.hset(`${bench.prefix}:run:${left.run}`, "state", "succeeded");
    expect((await retry(fingerprint)).run).toBe(left.run);
    const other = retry(fingerprint);
    await bench.gate.delivered(left.run);
    expect((await other).run).not.toBe(left.run);
  });

  it("waits for the listener of its first try to be forgotten", async () => {
    const fingerprint = fresh();
    const left = await first(fingerprint);
    // The first try's gateway died: nobody takes the listener back.
    left.following?.close();
    expect(await retry(fingerprint)).toMatchObject({ run: left.run, isJoined: true });
  });

  it("makes a run of its own while somebody still listens to the equal one", async () => {
    const fingerprint = fresh();
    const listened = await first(fingerprint);
    const other = await retry(fingerprint);
    expect(other.run).not.toBe(listened.run);
  });

  it("makes a run of its own when the result had been delivered", async () => {
    const fingerprint = fresh();
    const done = await first(fingerprint);
    await bench.gate.delivered(done.run);
    done.following?.close();
    expect((await retry(fingerprint)).run).not.toBe(done.run);
  });

  it("never joins a background run", async () => {
    const fingerprint = fresh();
    const background = await bench.submit({}, { fingerprint, graceMs: GOES_ON, follow: null });
    expect((await retry(fingerprint)).run).not.toBe(background.run);
  });
});

describe("what is stored of runs", () => {
  it("lists a caller's runs, newest first, by pages and by state", async () => {
    const caller = fresh();
    const made = [];
    for (let index = 0; index < 5; index += 1) made.push((await bench.submit({ caller })).run);
    await bench.gate.cancel(made[1] as (typeof made)[number]);
    const page = await bench.gate.list(caller, { before: null, limit: 3, state: null });
    expect(page.next).toBe(page.runs.at(-1)?.run);
    const rest = await bench.gate.list(caller, { before: page.next, limit: 3, state: null });
    expect(rest.next).toBeNull();
    expect([...page.runs, ...rest.runs].map(({ run }) => run).toSorted()).toEqual(made.toSorted());
    const cancelled = await bench.gate.list(caller, { before: null, limit: 3, state: "cancelled" });
    expect(cancelled.runs.map(({ run }) => run)).toEqual([made[1]]);
  });

  it("is looked through page by page, and read whole only where the state is the one asked for", async () => {
    const caller = fresh();
    const wanted = await bench.submit({ caller });
    await bench.gate.cancel(wanted.run);
    const others = Array.from({ length: 1000 }, (_, index) => createRunId(Date.now() + 1000 + index));
    const write = bench.redis.pipeline();
    // Whoever reads one of these whole fails.
    for (const run of others)
      write.hset(`${bench.prefix}:run:${run}`, { state: "queued", plan: "none" }).pexpire(`${bench.prefix}:run:${run}`, 60_000);
    for (const run of others) write.zadd(`${bench.prefix}:runs:${caller}`, 0, run);
    await write.exec();
    const first = await bench.gate.list(caller, { before: null, limit: 3, state: "cancelled" });
    expect(first).toEqual({ runs: [], next: others[0] });
    const second = await bench.gate.list(caller, { before: first.next, limit: 3, state: "cancelled" });
    expect([second.runs.map(({ run }) => run), second.next]).toEqual([[wanted.run], null]);
  });

  it("is erased once the run has ended, and not before", async () => {
    const caller = fresh();
    const { run, following } = await bench.submit({ caller });
    expect(await bench.gate.erase(run)).toBe(false);
    await bench.gate.cancel(run);
    following?.close();
    expect(await bench.gate.erase(run)).toBe(true);
    expect(await bench.gate.read(run)).toBeNull();
    expect(await bench.redis.keys(`${bench.prefix}:run:${run}*`)).toEqual([]);
    expect((await bench.gate.list(caller, { before: null, limit: 9, state: null })).runs).toEqual([]);
  });
});
