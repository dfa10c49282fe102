import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { type LimitsStage, openLimitsStage } from "../fixtures/limits-stage.ts";
import { NO_LIMITS } from "../fixtures/sample-ask.ts";
import { limitsKey } from "./limit-scripts.ts";
import { PROVIDER } from "./model/limits-world.ts";
import { readBoard } from "./read-board.ts";

const redis = new Redis(inject("redisUrl"));
let prefix: string;
let stage: LimitsStage;
beforeEach(() => {
  prefix = `t${randomBytes(6).toString("hex")}`;
  stage = openLimitsStage(redis, prefix);
});
afterEach(() => stage.clear());
afterAll(() => redis.disconnect());

const only = (pattern: string) => ({ models: [{ pattern, limits: { ...NO_LIMITS, tokensPerMinute: 10 } }] });

describe("the limits of a model", () => {
  it.each([
    ["a", "a", true],
    ["a", "ab", false],
    ["*", "", true],
    ["a*", "abc", true],
    ["*c", "abc", true],
    ["a*c", "abc", true],
    ["a*a", "a", false],
    ["a*b*c", "acb", false],
    ["a*b*b", "ab", false],
    ["a**c", "ac", true],
    ["*.5-*", "gpt-3.5-turbo", true],
    ["*.5-*", "gpt-305-turbo", false],
    ["%a+", "aa", false],
    // Going back would take as long as a power of the length.
    ["*a*a*a*a*a*a*b", "a".repeat(256), false],
  ])("by the pattern %s hold for %s: %s", async (pattern, model, isMeant) => {
    await stage.configure({}, only(pattern));
    expect((await stage.ask({ model })).outcome).toBe(isMeant ? "refused" : "granted");
  });

  it("are forgotten when it is only asked for", async () => {
    await stage.configure({}, only("large"));
    expect((await stage.ask({ model: "large" })).outcome).toBe("refused");
    expect(await redis.pttl(`${limitsKey(prefix)}:scope:${PROVIDER}#main/large`)).toBeGreaterThan(0);
  });

  it("are shown of a hundred models, those first that are stopped and under way, however many clients name", async () => {
    await stage.configure();
    for (let model = 0; model < 300; model += 1)
      await stage.end(await stage.ask({ model: `m${model}` }), { model: `m${model}`, kind: "failed" });
    await stage.ask({ model: "busy" });
    await stage.scripts.operate(PROVIDER, 1, "main", "stopped");
    const models = readBoard(await stage.scripts.board())[0]?.scopes.flatMap(({ model }) => model ?? []) ?? [];
    expect(models.length).toBe(100);
    expect(models).toEqual(expect.arrayContaining(["busy", "stopped"]));
    const asked = readBoard(await stage.scripts.expect(PROVIDER, "m7", "nobody", "m7"))[0];
    expect(asked?.scopes.map(({ key, model }) => [key, model])).toEqual([
      [null, null],
      ["main", null],
      ["main", "m7"],
    ]);
  });
});
