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

describe("a model that fails", () => {
  beforeEach(() => stage.configure());

  it("is put aside by itself when it is refused to the key", async () => {
    await stage.end(await stage.ask(), { kind: "forbidden" });
    expect(await stage.ask({ model: "other" })).toMatchObject({ outcome: "granted" });
    expect(await stage.ask()).toMatchObject({ outcome: "waiting", reason: "breaker_open" });
  });

  it.each(["unavailable", "timeout"])("is put aside by itself after five failures in a row: %s", async (kind) => {
    for (let failures = 0; failures < 5; failures += 1) await stage.end(await stage.ask(), { kind });
    expect(await stage.ask({ model: "other" })).toMatchObject({ outcome: "granted" });
    expect(await stage.ask()).toMatchObject({ outcome: "waiting", reason: "breaker_open" });
  });

  it("is put aside with all of its key when that is refused", async () => {
    await stage.end(await stage.ask(), { kind: "auth" });
    expect(await stage.ask({ model: "other" })).toMatchObject({ outcome: "waiting", reason: "breaker_open" });
  });
});

describe("what one call came to", () => {
  it("keeps others waiting for a minute at most, however much it was", async () => {
    await stage.configure({ outputTokensPerMinute: 8000 });
    await stage.end(await stage.ask(), { output: 1_000_000 });
    expect(await stage.ask({ ticket: "next" })).toMatchObject({ outcome: "waiting", reason: "output_tokens_per_minute" });
    stage.pass(65_000);
    await stage.lookAfter();
    expect(await stage.ask({ ticket: "next" })).toMatchObject({ outcome: "granted" });
  });
});
