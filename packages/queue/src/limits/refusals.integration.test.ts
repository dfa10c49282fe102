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

const keyNamed = (name: string) => ({ keys: [{ name, weight: 1, limits: NO_LIMITS }] });

describe("what nobody is refused for", () => {
  it("is a key that was renamed: whoever knows the old one waits until it is told", async () => {
    await stage.configure({}, keyNamed("new"));
    const old = { ticket: "a", keys: "old" };
    expect(await stage.ask(old)).toMatchObject({ outcome: "waiting", reason: "no_key", expectedMs: -1 });
    expect((await stage.ask({ keys: "new" })).outcome).toBe("waiting");
    await stage.lookAfter();
    expect(await stage.ask(old)).toMatchObject({ outcome: "waiting" });
    expect(await stage.ask({ ticket: "a", keys: "new" })).toMatchObject({ outcome: "granted", key: "new" });
  });

  it("is waiting for a key that was renamed meanwhile", async () => {
    await stage.configure({ concurrent: 1 });
    const held = await stage.ask();
    await stage.ask({ ticket: "a" });
    await stage.configure({ concurrent: 1 }, keyNamed("new"));
    await stage.end(held);
    expect((await stage.look()).tickets).toEqual({ a: true });
    stage.pass(1000);
    expect((await stage.lookAfter()).granted).toEqual(["a"]);
    expect(await stage.ask({ ticket: "a", keys: "main" })).toMatchObject({ outcome: "waiting" });
    expect(await stage.ask({ ticket: "a", keys: "new" })).toMatchObject({ outcome: "granted", key: "new" });
  });

  it("is what a header says of limits, which holds for smaller calls and for ten minutes", async () => {
    await stage.configure();
    await stage.end(await stage.ask({ input: 1, output: 1 }), { cap: 100, output: 0 });
    const small = { input: 30, output: 30 };
    stage.pass(120_000);
    expect((await stage.ask(small)).outcome).toBe("granted");
    const waiting = await stage.ask({ ticket: "a", ...small });
    expect(waiting).toMatchObject({ outcome: "waiting", reason: "tokens_per_minute" });
    await stage.scripts.leave(PROVIDER, "a", "*");
    expect((await stage.ask()).outcome).toBe("granted");
    stage.pass(600_000);
    expect((await stage.ask(small)).outcome).toBe("granted");
    expect((await stage.ask(small)).outcome).toBe("granted");
  });
});
