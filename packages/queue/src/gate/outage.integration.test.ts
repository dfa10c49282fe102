import type { RunEvent } from "@composite-llm/contracts";
import { createRunId, isRunId, type RunId, systemClock } from "@composite-llm/core";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { openProtocolBench, type ProtocolBench } from "../fixtures/protocol-bench.ts";
import { openLine, type Line } from "../fixtures/open-line.ts";
import { samplePlan } from "../fixtures/sample-plan.ts";
import { openSweeper } from "../sweep/open-sweeper.ts";
import { createRunGate } from "./create-run-gate.ts";
import { GOES_ON, type RunGate, type Submission } from "./run-gate.ts";

let bench: ProtocolBench;
let gate: RunGate;
let line: Line;

beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
  line = await openLine(inject("redisUrl"));
  gate = await createRunGate({ url: line.url, prefix: bench.prefix, onError: () => undefined, clock: systemClock, resultTtlMs: 60_000 });
});
afterAll(async () => {
  await gate.close();
  line.close();
  await bench.close();
});

describe("a follower whose Redis is gone for a while", () => {
  it("misses nothing of what happens meanwhile, and hears of what comes after", async () => {
    const events: RunEvent[] = [];
    const onLost = vi.fn<(reason: Error) => void>();
    const follow = { scope: "all" as const, onEvent: (event: RunEvent) => events.push(event), onLost };
    const submission = { graceMs: GOES_ON, follow, idempotencyKey: null, fingerprint: "", twin: "none", inheritFrom: null } as const;
    const { run } = await gate.submit(samplePlan(), submission);
    await vi.waitFor(() => expect(events).toHaveLength(1), { timeout: 5000 });

    line.cut();
    await vi.waitFor(async () => expect(await gate.isReady()).toBe(false));
    const owned = await bench.runDesk.take(run);
    await owned?.enter("final", [{ kind: "stage", data: { name: "final", index: 0, state: "started", reason: null } }]);
    // Longer than a follower is silent before it looks, so that it has looked in vain.
    const until = performance.now() + 2500;
    await vi.waitFor(() => expect(performance.now()).toBeGreaterThan(until), { timeout: 5000 });
    expect(events).toHaveLength(1);

    line.mend();
    await vi.waitFor(() => expect(events).toHaveLength(3), { timeout: 10_000 });
    await bench.gate.cancel(run);
    await vi.waitFor(() => expect(events.at(-1)?.kind).toBe("error"), { timeout: 5000 });
    expect(events.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(onLost).not.toHaveBeenCalled();
  });
});

describe("a request whose acceptance is not heard", () => {
  const BACKGROUND: Submission = { graceMs: GOES_ON, follow: null, idempotencyKey: null, fingerprint: "", twin: "none", inheritFrom: null };
  const UNAVAILABLE = { key: "queue_unavailable" };
  const stateOf = async (run: RunId) => (await bench.gate.read(run))?.state;

  /** Hands a run in, which is accepted without its gateway hearing so. */
  async function submitUnheard(through: RunGate, submission: Partial<Submission> = {}) {
    const caller = createRunId(Date.now());
    line.deafen();
    const refused = expect(through.submit(samplePlan({ caller }), { ...BACKGROUND, ...submission })).rejects.toMatchObject(UNAVAILABLE);
    const listed = () => bench.redis.zrange(`${bench.prefix}:runs:${caller}`, "0", "-1");
    await vi.waitFor(async () => expect(await listed()).toHaveLength(1));
    const [run = ""] = await listed();
    if (!isRunId(run)) throw new Error(`no run: ${run}`);
    return { caller, run, refused };
  }

  it("has its background run cancelled once Redis is back", async () => {
    const { run, refused } = await submitUnheard(gate);
    line.cut();
    await refused;
    expect(await stateOf(run)).toBe("queued");
    line.mend();
    await vi.waitFor(async () => expect(await stateOf(run)).toBe("cancelled"), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await gate.isReady()).toBe(true), { timeout: 10_000 });
  });

  it("has its background run cancelled also when the gateway is gone", async () => {
    const target = { prefix: bench.prefix, onError: () => undefined };
    const dying = await createRunGate({ ...target, url: line.url, clock: systemClock, resultTtlMs: 60_000 });
    const { run, refused } = await submitUnheard(dying);
    line.cut();
    await refused;
    await dying.close();
    const sweeper = openSweeper({ ...target, url: inject("redisUrl") });
    await vi.waitFor(async () => expect(await stateOf(run)).toBe("cancelled"), { timeout: 15_000 });
    await sweeper.close();
    line.mend();
    await vi.waitFor(async () => expect(await gate.isReady()).toBe(true), { timeout: 10_000 });
  });

  it("ends no run that another request joined meanwhile", async () => {
    const key = { idempotencyKey: "k", fingerprint: "f" };
    const { caller, run, refused } = await submitUnheard(gate, key);
    const joined = await bench.submit({ caller }, key);
    expect(joined).toMatchObject({ run, isJoined: true });
    await refused;
    const listeners = () => bench.redis.zcard(`${bench.prefix}:run:${run}:listeners`);
    await vi.waitFor(async () => expect(await listeners()).toBe(1), { timeout: 5000 });
    expect(await stateOf(run)).toBe("queued");
    joined.following?.leave();
    await vi.waitFor(async () => expect(await stateOf(run)).toBe("cancelled"), { timeout: 5000 });
    line.mend();
  });
});
