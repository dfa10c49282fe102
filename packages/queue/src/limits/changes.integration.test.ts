import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { type LimitsStage, openLimitsStage } from "../fixtures/limits-stage.ts";
import { NO_LIMITS } from "../fixtures/sample-ask.ts";
import { PROVIDER } from "./model/limits-world.ts";

const redis = new Redis(inject("redisUrl"));
let stage: LimitsStage;
beforeEach(() => {
  stage = openLimitsStage(redis, `t${randomBytes(6).toString("hex")}`);
});
afterEach(() => stage.clear());
afterAll(() => redis.disconnect());

const keys = (...names: string[]) => ({ keys: names.map((name) => ({ name, weight: 1, limits: { ...NO_LIMITS, requestsPerDay: 2 } })) });

describe("limits that change", () => {
  it("are open when an operator resumes a model, whatever its provider asked before", async () => {
    await stage.configure();
    await stage.end(await stage.ask(), { kind: "throttled", blockMs: 3_600_000 });
    await stage.scripts.operate(PROVIDER, 0, "", "m");
    expect((await stage.ask()).outcome).toBe("granted");
  });

  it("are not those that were found when nothing is to be adapted any more", async () => {
    await stage.configure({}, { adaptive: true });
    await stage.end(await stage.ask(), { kind: "throttled", blockMs: 1 });
    await stage.configure({}, { adaptive: false });
    stage.pass(5000);
    for (let call = 0; call < 20; call += 1) expect((await stage.ask()).outcome).toBe("granted");
  });

  it("remember the day of a key that left and came back", async () => {
    await stage.configure({}, keys("main", "other"));
    for (let call = 0; call < 2; call += 1) await stage.ask();
    await stage.configure({}, keys("other"));
    expect((await stage.ask({ ticket: "a" })).reason).toBe("no_key");
    await stage.scripts.leave(PROVIDER, "a", "*");
    await stage.configure({}, keys("main", "other"));
    expect((await stage.ask()).reason).toBe("requests_per_day");
  });

  it("count what is under way when concurrency is limited anew", async () => {
    await stage.configure();
    const held = [await stage.ask(), await stage.ask()];
    await stage.configure({}, { keys: [{ name: "main", weight: 1, limits: { ...NO_LIMITS, concurrent: 2 } }] });
    expect((await stage.ask({ ticket: "a" })).reason).toBe("concurrent");
    for (const one of held) await stage.end(one);
    expect((await stage.ask({ ticket: "a" })).outcome).toBe("granted");
  });

  it("go on when Redis' clock goes back", async () => {
    await stage.configure({ requestsPerMinute: 6, tokensPerMinute: 300 });
    await stage.ask();
    stage.pass(-3_600_000);
    expect((await stage.ask({ ticket: "a" })).outcome).toBe("waiting");
    stage.pass(65_000);
    expect((await stage.lookAfter()).granted).toEqual(["a"]);
  });
});
