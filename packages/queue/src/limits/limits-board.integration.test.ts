import { randomBytes } from "node:crypto";
import { createRandom, systemClock } from "@composite-llm/core";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { NO_LIMITS, sampleAsk, sampleSettings } from "../fixtures/sample-ask.ts";
import type { LimitsBoard } from "./limits-board.ts";
import type { Ask, LimitsDesk } from "./limits-desk.ts";
import { openLimitsBoard } from "./open-limits-board.ts";
import { openLimitsDesk } from "./open-limits-desk.ts";

const redis = new Redis(inject("redisUrl"));
const never = new AbortController().signal;
const SILENCE = { requests: null, inputTokens: null, outputTokens: null, tokens: null };
let prefix: string;
let desk: LimitsDesk;
let board: LimitsBoard;
let promoted: string[];

beforeEach(async () => {
  prefix = `t${randomBytes(6).toString("hex")}`;
  promoted = [];
  const promote = (job: { id: string }): Promise<boolean> => Promise.resolve(promoted.push(job.id) > 0);
  const target = { url: inject("redisUrl"), prefix, onError: () => undefined };
  desk = await openLimitsDesk({ redis: target, clock: systemClock, random: createRandom(1), promote });
  board = openLimitsBoard({ redis: target, clock: systemClock, promote });
  const models = [{ pattern: "gpt-*", limits: { ...NO_LIMITS, requestsPerMinute: 1000 } }];
  await desk.configure(new Map([["openai", sampleSettings({ concurrent: 2 }, { models })]]));
  await vi.waitFor(() => board.providers());
});
afterEach(async () => {
  await Promise.all([desk.close(), board.close()]);
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(keys);
});
afterAll(() => redis.disconnect());

const deferrable = (ticket: string, changes: Partial<Ask> = {}): Ask =>
  sampleAsk({ ticket, job: { shard: 0, queue: "calls-openai", id: ticket }, ...changes });

describe("the limits board", () => {
  it("shows limits, use, leases, blocks, breakers, waiting calls and what was learned", async () => {
    const [one, two] = await Promise.all([desk.admit(sampleAsk({ ticket: "a" }), never), desk.admit(sampleAsk({ ticket: "b" }), never)]);
    await vi.waitFor(() => expect(board.expectedWaitMs("openai", "gpt-5", 2)).toBe(0));
    await desk.admit(deferrable("c", { class: 4 }), never);
    if (one.kind !== "granted" || two.kind !== "granted") throw new Error("not granted");
    const full = (await board.providers())[0];
    expect(full).toMatchObject({ provider: "openai", waiting: [0, 0, 0, 0, 1, 0], granted: 0 });
    expect(full?.scopes.map(({ key, model, leases }) => [key, model, leases])).toEqual([
      [null, null, 2],
      ["main", null, 2],
      ["main", "gpt-5", 2],
    ]);
    expect(full?.scopes[2]?.effective).toEqual({ ...NO_LIMITS, requestsPerMinute: 1000 });
    expect(full?.scopes[0]?.use.requestsPerMinute).toBeCloseTo(4, 0);
    await one.lease.settle({ kind: "succeeded", used: { inputTokens: 200, outputTokens: 7 }, observed: SILENCE });
    await two.lease.settle({ kind: "failed", class: "rate_limited", used: null, retryAfterMs: 60_000, observed: SILENCE });
    const after = (await board.providers())[0];
    expect(after?.scopes[2]?.blocked).toMatchObject({ reason: "rate_limited" });
    expect(after?.learned).toEqual([{ model: "gpt-5", inputRatio: 2, outputP95: { single: 7 } }]);
    expect(after).toMatchObject({ waiting: [0, 0, 0, 0, 0, 0], granted: 1 });
    await vi.waitFor(() => expect(board.expectedWaitMs("openai", "gpt-5", 2)).toBeGreaterThan(50_000));
  });

  it("pauses a model, and lets those in who waited when it is resumed", async () => {
    expect(await board.pause("openai", { model: "gpt-5" })).toBe(true);
    expect(await desk.admit(deferrable("a"), never)).toMatchObject({ kind: "deferred", expectedMs: null, reason: "paused" });
    expect(await desk.admit(sampleAsk({ ticket: "b", model: "gpt-4" }), never)).toMatchObject({ kind: "granted" });
    expect((await board.providers())[0]?.scopes.find(({ model }) => model === "gpt-5")).toMatchObject({ operation: "paused" });
    expect(promoted).toEqual([]);
    expect(await board.resume("openai", { model: "gpt-5" })).toBe(true);
    expect(await desk.admit(deferrable("a"), never)).toMatchObject({ kind: "granted" });
    expect(promoted).toEqual(["a"]);
  });

  it("turns waiting and new calls away from a provider that is drained", async () => {
    await board.pause("openai", {});
    await desk.admit(deferrable("a"), never);
    const inPlace = desk.admit(sampleAsk({ ticket: "b" }), never);
    await vi.waitFor(async () => expect((await board.providers())[0]?.waiting).toEqual([0, 0, 2, 0, 0, 0]));
    expect(await board.drain("openai", {})).toBe(true);
    expect(await inPlace).toMatchObject({ kind: "refused", failure: "drained" });
    expect(promoted).toEqual(["a"]);
    expect(await desk.admit(deferrable("a"), never)).toMatchObject({ kind: "refused", failure: "drained" });
    expect(await redis.exists(`${prefix}:limits:tickets:openai`)).toBe(0);
  });

  it("tells who looks first after a while, as if somebody had asked all the time", async () => {
    let laterMs = 0;
    const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + laterMs };
    const rare = openLimitsBoard({
      redis: { url: inject("redisUrl"), prefix, onError: () => undefined },
      clock,
      promote: () => Promise.resolve(true),
    });
    await vi.waitFor(() => rare.providers());
    laterMs = 60_000;
    expect(rare.expectedWaitMs("openai", "gpt-5", 2)).toBeNull();
    laterMs = 120_000;
    await rare.look();
    expect(rare.expectedWaitMs("openai", "gpt-5", 2)).toBe(0);
    await rare.close();
    // Nor does it matter that there is no Redis: nobody can tell then.
    laterMs = 180_000;
    await rare.look();
    expect(rare.expectedWaitMs("openai", "gpt-5", 2)).toBeNull();
  });

  it("knows no other providers and keys than those configured", async () => {
    expect(await board.pause("nobody", {})).toBe(false);
    expect(await board.drain("openai", { key: "other" })).toBe(false);
  });
});
