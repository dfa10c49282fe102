import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { type LimitsStage, openLimitsStage } from "../fixtures/limits-stage.ts";
import { PROVIDER } from "./model/limits-world.ts";

const redis = new Redis(inject("redisUrl"));
let stage: LimitsStage;
beforeEach(() => {
  stage = openLimitsStage(redis, `t${randomBytes(6).toString("hex")}`);
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
});
