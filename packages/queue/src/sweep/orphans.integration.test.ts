import { systemClock } from "@composite-llm/core";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { type Line, openLine } from "../fixtures/open-line.ts";
import { openProtocolBench, type ProtocolBench } from "../fixtures/protocol-bench.ts";
import { samplePlan } from "../fixtures/sample-plan.ts";
import { createRunGate } from "../gate/create-run-gate.ts";
import type { RunGate } from "../gate/run-gate.ts";
import { openSweeper, type Sweeper } from "./open-sweeper.ts";

let bench: ProtocolBench;
let gate: RunGate;
let sweeper: Sweeper;
let gatewayLine: Line;
let sweeperLine: Line;

beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
  [gatewayLine, sweeperLine] = await Promise.all([openLine(inject("redisUrl")), openLine(inject("redisUrl"))]);
  const target = { prefix: bench.prefix, onError: () => undefined };
  gate = await createRunGate({ ...target, url: gatewayLine.url, clock: systemClock, resultTtlMs: 60_000 });
  sweeper = openSweeper({ ...target, url: sweeperLine.url });
});
afterAll(async () => {
  await Promise.all([gate.close(), sweeper.close()]);
  for (const line of [gatewayLine, sweeperLine]) line.close();
  await bench.close();
});

const PATIENT = { timeout: 20_000, interval: 50 };

describe("a run without a grace whose Redis is gone longer than a listener counts", () => {
  it("goes on for its client when the sweeper is back before the client's gateway", async () => {
    const follow = { scope: "answer" as const, onEvent: () => undefined, onLost: () => undefined };
    const submission = { graceMs: 0, follow, idempotencyKey: null, fingerprint: "", twin: "none", inheritFrom: null } as const;
    const { run, following } = await gate.submit(samplePlan(), submission);
    const key = `${bench.prefix}:run:${run}`;
    const stateOf = async () => (await bench.gate.read(run))?.state;
    const isOrphaned = async () => (await bench.redis.hexists(key, "orphaned")) === 1;
    const listeners = async () => bench.redis.zcount(`${key}:listeners`, Date.now(), "+inf");
    expect(await listeners()).toBe(1);

    for (const line of [gatewayLine, sweeperLine]) line.cut();
    await vi.waitFor(async () => expect(await listeners()).toBe(0), PATIENT);
    sweeperLine.mend();
    await vi.waitFor(async () => expect((await isOrphaned()) || (await stateOf()) === "cancelled").toBe(true), PATIENT);
    gatewayLine.mend();
    await vi.waitFor(async () => expect(await listeners()).toBe(1), PATIENT);
    expect(await isOrphaned()).toBe(false);
    expect(await stateOf()).toBe("queued");

    following?.leave();
    await vi.waitFor(async () => expect(await stateOf()).toBe("cancelled"), PATIENT);
  });
});
