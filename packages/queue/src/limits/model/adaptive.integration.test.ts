import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, describe, expect, inject, it } from "vitest";
import { sampleSettings } from "../../fixtures/sample-ask.ts";
import { toSettingsJson } from "../to-settings-json.ts";
import { openLimitsWorld, PROVIDER } from "./limits-world.ts";
import { simulateProvider } from "./simulate-provider.ts";

const redis = new Redis(inject("redisUrl"));
afterAll(() => redis.disconnect());

const limitAt = (ms: number): number => (ms >= 60_000 && ms < 120_000 ? 300 : 600);

describe("a rate that nobody configured", () => {
  it.each([
    { burstSeconds: 1, retryAfterMs: -1 },
    { burstSeconds: 60, retryAfterMs: 200 },
  ])("is found by itself, also when it changes (%o)", { timeout: 60_000 }, async (kind) => {
    const world = openLimitsWorld(redis, `t${randomBytes(6).toString("hex")}`);
    world.pass(0);
    await world.scripts.configure(PROVIDER, toSettingsJson(sampleSettings({}, { adaptive: true })));
    const answered = await simulateProvider(world, { limitAt, serviceMs: 300, refusalMs: 20, ...kind }, 180_000);
    await world.clear();
    const used = (fromMs: number, toMs: number): number => {
      const taken = answered.filter(({ atMs, isRefused }) => !isRefused && atMs >= fromMs && atMs < toMs).length;
      return taken / ((limitAt(fromMs) / 60_000) * (toMs - fromMs));
    };
    const refused = answered.filter(({ isRefused }) => isRefused).length / answered.length;
    expect(refused).toBeLessThan(0.03);
    expect(Math.min(used(20_000, 60_000), used(80_000, 120_000), used(140_000, 180_000))).toBeGreaterThan(0.85);
  });
});
