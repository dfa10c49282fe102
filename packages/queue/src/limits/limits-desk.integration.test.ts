import { randomBytes } from "node:crypto";
import { createRandom, systemClock } from "@composite-llm/core";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { openLine } from "../fixtures/open-line.ts";
import { NO_LIMITS, sampleAsk, sampleSettings } from "../fixtures/sample-ask.ts";
import { type Admission, type Ask, type Lease, type LimitsDesk, LimitsUnavailable, type WaitingJob } from "./limits-desk.ts";
import { openLimitsDesk } from "./open-limits-desk.ts";
import type { ProviderLimitSettings } from "./scope-limits.ts";

const redis = new Redis(inject("redisUrl"));
const never = new AbortController().signal;
const SILENCE = { requests: null, inputTokens: null, outputTokens: null, tokens: null };

let prefix: string;
let desks: LimitsDesk[];
let promoted: WaitingJob[];
/** Jobs that cannot be brought back any more. */
let gone: Set<string>;

async function openDesk(settings?: ProviderLimitSettings, url = inject("redisUrl"), clock = systemClock): Promise<LimitsDesk> {
  const desk = await openLimitsDesk({
    redis: { url, prefix, onError: () => undefined },
    clock,
    random: createRandom(1),
    promote: (one) => Promise.resolve(!gone.has(one.id) && promoted.push(one) > 0),
  });
  desks.push(desk);
  if (settings !== undefined) await desk.configure(new Map([["openai", settings]]));
  return desk;
}

async function lease(desk: LimitsDesk, ask: Partial<Ask> = {}): Promise<Lease> {
  const admission = await desk.admit(sampleAsk(ask), never);
  if (admission.kind !== "granted") throw new Error(`not granted: ${JSON.stringify(admission)}`);
  return admission.lease;
}

const finish = (one: Lease): Promise<void> =>
  one.settle({ kind: "succeeded", used: { inputTokens: 100, outputTokens: 50 }, observed: SILENCE });

beforeEach(() => {
  prefix = `t${randomBytes(6).toString("hex")}`;
  desks = [];
  promoted = [];
  gone = new Set();
});
afterEach(async () => {
  await Promise.all(desks.map((desk) => desk.close()));
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(keys);
});
afterAll(() => redis.disconnect());

const waitingTickets = (): Promise<number> => redis.hlen(`${prefix}:limits:tickets:openai`);
const job = (id: string): WaitingJob => ({ shard: 0, queue: "calls-openai", id });

describe("the limits desk", () => {
  it("grants at once where there is room, with the key to use", async () => {
    const desk = await openDesk(sampleSettings());
    const one = await lease(desk);
    expect(one.key).toBe("main");
    expect(one.isStale()).toBe(false);
    await finish(one);
    expect(await redis.zcard(`${prefix}:limits:leases:openai`)).toBe(0);
  });

  it("shares concurrency among processes and passes a freed place on to who waits first", async () => {
    const [here, there] = [await openDesk(sampleSettings({ concurrent: 1 })), await openDesk(sampleSettings({ concurrent: 1 }))];
    const first = await lease(here, { ticket: "a" });
    const order: string[] = [];
    const second = lease(there, { ticket: "b" }).then((one) => (order.push("b"), one));
    await vi.waitFor(async () => expect(await waitingTickets()).toBe(1));
    const third = lease(here, { ticket: "c" }).then((one) => (order.push("c"), one));
    await vi.waitFor(async () => expect(await waitingTickets()).toBe(2));
    await finish(first);
    await finish(await second);
    await finish(await third);
    expect(order).toEqual(["b", "c"]);
    const left = (await redis.keys(`${prefix}:limits:*`)).filter((key) => /:(queues?|tickets|due|order|fair|waiting|leases)\b/.test(key));
    expect(left).toEqual([]);
  });

  it("defers a call that has a job and brings the job back when it is granted", async () => {
    const desk = await openDesk(sampleSettings({ concurrent: 1 }));
    const first = await lease(desk, { ticket: "a" });
    const deferred = await desk.admit(sampleAsk({ ticket: "b", job: job("b") }), never);
    expect(deferred).toMatchObject({ kind: "deferred", reason: "concurrent" });
    expect(promoted).toEqual([]);
    await finish(first);
    await vi.waitFor(() => expect(promoted).toEqual([job("b")]));
    await finish(await lease(desk, { ticket: "b", job: job("b") }));
    expect(await waitingTickets()).toBe(0);
  });

  it("passes a grant on whose job is gone", async () => {
    const desk = await openDesk(sampleSettings({ concurrent: 1 }));
    const first = await lease(desk, { ticket: "a" });
    for (const id of ["b", "c"]) await desk.admit(sampleAsk({ ticket: id, job: job(id) }), never);
    gone.add("b");
    await finish(first);
    await vi.waitFor(() => expect(promoted).toEqual([job("c")]));
  });

  it("takes a deferred call out of the queue, but not one that was asked for again", async () => {
    const desk = await openDesk(sampleSettings({ concurrent: 1 }));
    await lease(desk, { ticket: "a" });
    await desk.admit(sampleAsk({ ticket: "b", job: job("b2") }), never);
    await desk.leave({ provider: "openai", ticket: "b", job: job("b1") });
    expect(await waitingTickets()).toBe(1);
    await desk.leave({ provider: "openai", ticket: "b", job: job("b2") });
    expect(await waitingTickets()).toBe(0);
  });

  it("grants what a rate lets through without being asked again", async () => {
    const desk = await openDesk(sampleSettings({ requestsPerMinute: 1200 }));
    const all = await Promise.all(Array.from({ length: 30 }, (_, index) => lease(desk, { ticket: `t${index}` })));
    expect(all.some((one) => one.waitedMs > 100)).toBe(true);
    await Promise.all(all.map(finish));
  });

  it("refuses a request at once that no limit will ever let through", async () => {
    const desk = await openDesk(sampleSettings({ tokensPerMinute: 250 }));
    const refused = await desk.admit(sampleAsk(), never);
    expect(refused).toEqual({ kind: "refused", failure: "too_large", message: "tokens_per_minute is 250, and this request needs 300" });
  });

  it("leaves the queue when nobody wants the call any more", async () => {
    const desk = await openDesk(sampleSettings({ concurrent: 1 }));
    const first = await lease(desk, { ticket: "a" });
    const giveUp = new AbortController();
    const waiting = desk.admit(sampleAsk({ ticket: "b" }), giveUp.signal);
    await vi.waitFor(async () => expect(await waitingTickets()).toBe(1));
    giveUp.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    expect(await waitingTickets()).toBe(0);
    await finish(first);
  });

  it("keeps a lease while its process renews it, and frees it by itself when nobody does", async () => {
    const desk = await openDesk(sampleSettings({ concurrent: 1 }));
    const one = await lease(desk, { ticket: "a" });
    const key = `${prefix}:limits:leases:openai`;
    const [member = ""] = await redis.zrange(key, 0, "-1");
    const before = Number(await redis.zscore(key, member));
    await vi.waitFor(async () => expect(Number(await redis.zscore(key, member))).toBeGreaterThan(before));
    expect(one.lost.aborted).toBe(false);
    // As if nobody had renewed it for 10 s.
    await redis.zadd(key, "1", member);
    await vi.waitFor(() => expect(one.lost.aborted).toBe(true));
    await finish(await lease(desk, { ticket: "b" }));
  });

  it("settles a lease once", async () => {
    const desk = await openDesk(sampleSettings({ tokensPerMinute: 10_000 }));
    const one = await lease(desk);
    await finish(one);
    await finish(one);
    expect(await desk.learned("openai", "gpt-5", "single")).toEqual({ inputRatio: 1, outputP95: 50 });
  });

  it("waits as long as a provider asks, and asks the next key meanwhile", async () => {
    const keys = ["one", "two"].map((name) => ({ name, weight: 1, limits: NO_LIMITS }));
    const desk = await openDesk(sampleSettings({}, { keys }));
    const first = await lease(desk, { ticket: "a" });
    await first.settle({ kind: "failed", class: "rate_limited", used: null, retryAfterMs: 3_600_000, observed: SILENCE });
    const others = await Promise.all(Array.from({ length: 10 }, (_, index) => lease(desk, { ticket: `t${index}` })));
    expect(new Set(others.map(({ key }) => key))).toEqual(new Set([first.key === "one" ? "two" : "one"]));
    await Promise.all(others.map(finish));
  });

  it("puts a key aside that is refused, and defers by how long that takes", async () => {
    const desk = await openDesk(sampleSettings());
    const first = await lease(desk, { ticket: "a" });
    await first.settle({ kind: "failed", class: "auth", used: null, retryAfterMs: null, observed: SILENCE });
    const deferred = await desk.admit(sampleAsk({ ticket: "b", job: job("b") }), never);
    expect(deferred).toMatchObject({ kind: "deferred", reason: "breaker_open" });
    expect((deferred as Extract<Admission, { kind: "deferred" }>).expectedMs).toBeGreaterThan(4000);
  });

  it("goes by the time of Redis, whatever a process takes for it", async () => {
    const [early, late] = await Promise.all(
      [-86_400_000, 86_400_000].map((offMs) =>
        openDesk(sampleSettings({ concurrent: 1, requestsPerMinute: 600 }), inject("redisUrl"), {
          now: () => systemClock.now() + offMs,
          monotonicMs: () => systemClock.monotonicMs(),
        }),
      ),
    );
    if (early === undefined || late === undefined) throw new Error("not open");
    const first = await lease(early, { ticket: "a" });
    const second = lease(late, { ticket: "b" });
    await vi.waitFor(async () => expect(await waitingTickets()).toBe(1));
    await finish(first);
    const one = await second;
    expect(one.isStale()).toBe(false);
    expect(one.waitedMs).toBeLessThan(3_600_000);
    await finish(one);
  });

  it("tells also those who stand behind others how long they wait at least", async () => {
    const desk = await openDesk(sampleSettings());
    const first = await lease(desk, { ticket: "a" });
    await first.settle({ kind: "failed", class: "rate_limited", used: null, retryAfterMs: 3_600_000, observed: SILENCE });
    for (const ticket of ["b", "c"]) {
      const deferred = await desk.admit(sampleAsk({ ticket, job: job(ticket) }), never);
      expect(deferred).toMatchObject({ kind: "deferred", reason: "blocked" });
      expect((deferred as Extract<Admission, { kind: "deferred" }>).leastMs).toBeGreaterThan(3_500_000);
    }
    const busy = await openDesk(sampleSettings({ concurrent: 1 }));
    await lease(busy, { ticket: "d", model: "gpt-5-mini" });
    expect(await busy.admit(sampleAsk({ ticket: "e", model: "gpt-5-mini", job: job("e") }), never)).toMatchObject({ leastMs: 0 });
  });

  it("admits nothing while Redis is out", async () => {
    const line = await openLine(inject("redisUrl"));
    const desk = await openDesk(sampleSettings(), line.url);
    line.cut();
    await expect(desk.admit(sampleAsk(), never)).rejects.toBeInstanceOf(LimitsUnavailable);
    line.mend();
    await vi.waitFor(async () => finish(await lease(desk)), { timeout: 10_000 });
    line.close();
  });

  it("finds what it was granted when the answer was lost, and takes no more", async () => {
    const line = await openLine(inject("redisUrl"));
    const desk = await openDesk(sampleSettings({ concurrent: 2, requestsPerDay: 1 }), line.url);
    line.deafen();
    await expect(desk.admit(sampleAsk(), never)).rejects.toBeInstanceOf(LimitsUnavailable);
    line.mend();
    const one = await vi.waitFor(() => lease(desk), { timeout: 8000 });
    expect(await redis.zcard(`${prefix}:limits:leases:openai`)).toBe(1);
    await finish(one);
    expect(await redis.zcard(`${prefix}:limits:leases:openai`)).toBe(0);
    line.close();
  });

  it("tells a Redis again that has lost everything", async () => {
    const desk = await openDesk(sampleSettings({ concurrent: 1 }));
    await redis.del(await redis.keys(`${prefix}:limits:s*`));
    await finish(await lease(desk));
  });

  it("admits nothing of a provider that nobody configured", async () => {
    const desk = await openDesk();
    await expect(desk.admit(sampleAsk(), never)).rejects.toBeInstanceOf(LimitsUnavailable);
  });
});
