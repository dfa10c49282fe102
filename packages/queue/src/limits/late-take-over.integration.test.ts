import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { type LimitsStage, openLimitsStage } from "../fixtures/limits-stage.ts";

const redis = new Redis(inject("redisUrl"));
let stage: LimitsStage;
beforeEach(() => {
  stage = openLimitsStage(redis, `t${randomBytes(6).toString("hex")}`);
});
afterEach(() => stage.clear());
afterAll(() => redis.disconnect());

const STEP_MS = 100;
const MINUTE_MS = 60_000;

/** Calls that wait, whose grants nobody takes for a time, and then all at once. Gives when each was sent. */
async function sendWithPause(calls: number, pausedMs: number): Promise<number[]> {
  const sentMs: number[] = [];
  for (let call = 0; call < calls; call += 1) if ((await stage.ask({ ticket: `q${call}` })).outcome === "granted") sentMs.push(0);
  const granted = new Set<string>();
  for (let ms = STEP_MS; ms <= 75_000; ms += STEP_MS) {
    stage.pass(STEP_MS);
    for (const ticket of (await stage.lookAfter()).granted) granted.add(ticket);
    if (ms < pausedMs) continue;
    for (const ticket of granted) if ((await stage.ask({ ticket })).outcome === "granted") sentMs.push(ms);
    granted.clear();
  }
  return sentMs;
}

const busiestMinute = (sentMs: readonly number[]): number =>
  Math.max(...sentMs.map((from) => sentMs.filter((ms) => ms >= from && ms < from + MINUTE_MS).length));

describe("grants that are taken late", () => {
  it("count for the minute in which they are sent", { timeout: 60_000 }, async () => {
    await stage.configure({ requestsPerMinute: 600 });
    const sentMs = await sendWithPause(900, 9500);
    expect(busiestMinute(sentMs)).toBeLessThanOrEqual(600);
    expect(sentMs.length).toBeGreaterThan(550);
  });

  it("count with their tokens for that minute", { timeout: 60_000 }, async () => {
    await stage.configure({ tokensPerMinute: 180_000 });
    expect(busiestMinute(await sendWithPause(900, 9500)) * 300).toBeLessThanOrEqual(180_000);
  });
});
