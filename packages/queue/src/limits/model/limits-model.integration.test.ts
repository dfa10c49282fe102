import { randomBytes, randomInt } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, describe, expect, inject, it } from "vitest";
import type { LimitScriptTexts } from "../limit-scripts.ts";
import { checkLimits } from "./check-limits.ts";
import { checkOrder } from "./check-order.ts";
import { PLANTED_LIMIT_FAULTS, PLANTED_ORDER_FAULTS, plantLimitFault } from "./planted-limit-faults.ts";

/** `LIMITS_MODEL='{"seed":7,"runs":1000}'` before the command of this test plays so many interleavings of that seed, and makes a failure short. */
const asked = process.env["LIMITS_MODEL"];
const { seed = randomInt(2 ** 30), runs = 60 } = JSON.parse(asked ?? "{}") as { seed?: number; runs?: number };
const MOVES = 80;
const redis = new Redis(inject("redisUrl"));
afterAll(() => redis.disconnect());

function play(changes: { texts?: LimitScriptTexts; runs?: number; seed?: number } = {}): Promise<string | null> {
  return checkLimits({
    redis: redis.duplicate(),
    prefix: `t${randomBytes(6).toString("hex")}`,
    runs,
    moves: MOVES,
    seed,
    isShrunk: asked !== undefined,
    ...changes,
  });
}

const playOrder = (texts?: LimitScriptTexts): Promise<string | null> =>
  checkOrder({ redis, prefix: `t${randomBytes(6).toString("hex")}`, runs: 20, seed, ...(texts === undefined ? {} : { texts, seed: 1 }) });

describe("the limits", () => {
  it("are kept, and nothing is lost, whoever dies, repeats himself and comes late", { timeout: 600_000 }, async () => {
    expect(await play()).toBeNull();
  });
});

describe("the order of those who wait", () => {
  it("serves every class once in 16 grants, and callers by their weights", { timeout: 120_000 }, async () => {
    expect(await playOrder()).toBeNull();
  });

  it.concurrent.each(PLANTED_ORDER_FAULTS)("is seen broken where $name", { timeout: 120_000 }, async (fault) => {
    expect(await playOrder(plantLimitFault(fault))).toMatch(fault.breaks);
  });
});

describe("the judge of the limits", () => {
  it.concurrent.each(PLANTED_LIMIT_FAULTS)("sees that $name", { timeout: 120_000 }, async (fault) => {
    expect(await play({ texts: plantLimitFault(fault), runs: 150, seed: 1 })).toMatch(fault.breaks);
  });
});
