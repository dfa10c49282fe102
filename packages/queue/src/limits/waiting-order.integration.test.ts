import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { type LimitsStage, openLimitsStage } from "../fixtures/limits-stage.ts";
import { NO_LIMITS } from "../fixtures/sample-ask.ts";
import { limitsKey, loadLimitScripts } from "./limit-scripts.ts";
import { PROVIDER } from "./model/limits-world.ts";

const redis = new Redis(inject("redisUrl"));
const raise = (): never => {
  throw new Error("not held");
};
let prefix: string;
let stage: LimitsStage;
beforeEach(() => {
  prefix = `t${randomBytes(6).toString("hex")}`;
  stage = openLimitsStage(redis, prefix);
});
afterEach(() => stage.clear());
afterAll(() => redis.disconnect());

describe("calls that wait", () => {
  it("cost their caller nothing when they leave without having been served", async () => {
    await stage.configure({ concurrent: 1 });
    let held = await stage.ask();
    for (let call = 0; call < 5; call += 1) await stage.ask({ ticket: `b${call}`, caller: "b" });
    for (let call = 0; call < 50; call += 1) await stage.ask({ ticket: `a${call}`, caller: "a" });
    for (let call = 0; call < 50; call += 1) await stage.scripts.leave(PROVIDER, `a${call}`, "*");
    await stage.ask({ ticket: "last", caller: "a" });
    const served: string[] = [];
    for (let turn = 0; turn < 2; turn += 1) {
      await stage.end(held);
      const [granted = ""] = Object.entries((await stage.look()).tickets).find(([, isGranted]) => isGranted) ?? [];
      served.push(granted);
      held = await stage.ask({ ticket: granted });
    }
    expect(served).toContain("last");
  });

  it("of many models are not all tried where no key is open", async () => {
    const sound = "local function take_room(provider, call, lease, is_shut)";
    const texts = loadLimitScripts((text) => text.replace(sound, `${sound} redis.call('INCR', limits .. ':tries')`));
    const counting = openLimitsStage(redis, prefix, texts);
    await counting.configure();
    await counting.scripts.operate(PROVIDER, 1, "main", "");
    for (let model = 0; model < 100; model += 1) await counting.ask({ model: `m${model}` });
    const tries = `${limitsKey(prefix)}:tries`;
    await redis.del(tries);
    await counting.ask({ model: "other" });
    expect(Number(await redis.get(tries))).toBeLessThan(10);
  });

  it("are all tried in time, however many models have no room", async () => {
    const models = [{ pattern: "m*", limits: { ...NO_LIMITS, concurrent: 1 } }];
    await stage.configure({}, { models });
    const held = [];
    for (let model = 0; model < 150; model += 1) held.push(await stage.ask({ model: `m${model}` }));
    for (let model = 0; model < 150; model += 1) await stage.ask({ ticket: `w${model}`, model: `m${model}`, caller: `c${model}` });
    for (const model of [149, 70, 3]) {
      await stage.end(held[model] ?? raise(), { model: `m${model}` });
      const granted = async (): Promise<boolean> => (await stage.look()).tickets[`w${model}`] === true;
      for (let look = 0; look < 5 && !(await granted()); look += 1) await stage.lookAfter();
      expect(await granted()).toBe(true);
    }
    let looks = 0;
    while ((await stage.lookAfter()).lookMs === 0 && looks < 10) looks += 1;
    expect(looks).toBeLessThan(4);
  });
});
