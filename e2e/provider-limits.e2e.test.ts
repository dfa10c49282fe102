import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EnsuredRedis, ensureRedis } from "@composite-llm/scripts/redis";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { askRun, followRun } from "./harness/ask-run.ts";
import { enforceLimits, judge } from "./harness/judge-provider.ts";
import { limitsKeysOf } from "./harness/limits-records.ts";
import { MESSAGES } from "./harness/panels.ts";
import { postChat } from "./harness/post-chat.ts";
import { providerCalls, requestsByStep } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

const PATIENT = { timeout: 60_000, interval: 100 };
const LONG = "openai/gpt-4o-mock-latency-100000";

let stack: Stack;
let records: RunRecords;

async function start(limits: string, callers = 1, env: Record<string, string> = {}, envOfAll: Record<string, string> = {}): Promise<void> {
  stack = await startStack({
    config: `version: 1\nproviders: { openai: { limits: ${limits} } }\n`,
    env: envOfAll,
    services: { "model-caller": { count: callers, env } },
  });
  records = openRunRecords(stack);
}

afterEach(async () => {
  records.close();
  await stack.stop();
});

/** A run in the background. */
async function handIn(model: string): Promise<string> {
  const { status, run } = await askRun(stack.gatewayUrl, "POST", "", { model, messages: MESSAGES });
  expect(status).toBe(202);
  return run.id;
}

const handInMany = (model: string, count: number) => Promise.all(Array.from({ length: count }, () => handIn(model)));
const cancel = (run: string) => askRun(stack.gatewayUrl, "DELETE", `/${run}`);
const statesOf = (runs: readonly string[]) => Promise.all(runs.map((run) => records.state(run)));
const untilAll = (runs: readonly string[], state: string) =>
  vi.waitFor(async () => expect(new Set(await statesOf(runs))).toEqual(new Set([state])), PATIENT);

async function untilSent(run: string, times = 1): Promise<void> {
  await vi.waitFor(async () => expect(await providerCalls(stack.mockUrl, run)).toHaveLength(times), PATIENT);
}

/** Resolves when a run's call waits in nobody's hand. */
async function untilDeferred(run: string): Promise<void> {
  const queue = `${stack.redisPrefix}:q:calls-openai:delayed`;
  await vi.waitFor(async () => {
    const ids = await records.redis.zrange(queue, "0", "-1");
    expect(ids.some((id) => id.startsWith(`${run}.`))).toBe(true);
  }, PATIENT);
}

/** Every key of the limits that has something of the runs. */
async function remainsOf(runs: readonly string[]): Promise<string[]> {
  return (await Promise.all(runs.map((run) => limitsKeysOf(records.redis, stack.redisPrefix, run)))).flat();
}

describe("two model-callers", () => {
  beforeEach(() => start("{ requests_per_minute: 600, concurrent: 4, adaptive: false }", 2));

  it("together never have more requests under way, nor send more a minute, than the configured limits", async () => {
    const limits = { requests_per_minute: 600, concurrent: 4 };
    await enforceLimits(stack.mockUrl, limits);
    const runs = await handInMany("openai/gpt-4o-mock-latency-300", 60);
    await untilAll(runs, "succeeded");
    const judgement = await judge(stack.mockUrl, limits);
    expect(judgement).toMatchObject({ refused: {}, requests: { total: 60, over: 0 }, concurrent: { most: 4, over: 0 } });
    await vi.waitFor(async () => expect(await remainsOf(runs)).toEqual([]), PATIENT);
  });
});

describe("a model-caller that is killed", () => {
  beforeEach(() => start("{ concurrent: 2, adaptive: false }"));

  it("with leases gives its room back when they end, and not before", async () => {
    const holders = await handInMany(LONG, 2);
    await Promise.all(holders.map((run) => untilSent(run)));
    const next = await handIn("openai/gpt-4o");
    await untilDeferred(next);
    await stack.process("model-caller").kill("SIGKILL");
    await stack.process("model-caller").restart();
    // Before those whose calls are made again.
    await untilAll([next], "succeeded");
    expect(await judge(stack.mockUrl, { concurrent: 2 })).toMatchObject({ concurrent: { most: 2, over: 0 } });
    await Promise.all(holders.map(cancel));
  });

  it("loses none of the calls that it had put aside", async () => {
    const holders = await handInMany(LONG, 2);
    await Promise.all(holders.map((run) => untilSent(run)));
    const waiting = await handInMany("openai/gpt-4o", 3);
    await Promise.all(waiting.map(untilDeferred));
    await stack.process("model-caller").kill("SIGKILL");
    await Promise.all(holders.map(cancel));
    await stack.process("model-caller").restart();
    await untilAll(waiting, "succeeded");
    for (const run of waiting) expect(requestsByStep(await providerCalls(stack.mockUrl, run))).toEqual({ final: 1 });
    await vi.waitFor(async () => expect(await remainsOf([...waiting, ...holders])).toEqual([]), PATIENT);
  });
});

describe("a provider that has no room", () => {
  beforeEach(() =>
    start("{ models: { gpt-4o-mock-latency-100000: { concurrent: 1 } }, adaptive: false }", 1, { MODEL_CALLER_CONCURRENCY: "2" }),
  );

  it("holds up neither another provider nor another of its models, however many calls wait for it", async () => {
    const holder = await handIn(LONG);
    await untilSent(holder);
    const waiting = await handInMany(LONG, 20);
    await Promise.all(waiting.map(untilDeferred));
    for (const model of ["openai/gpt-4o-mini", "anthropic/claude-haiku-4-5"]) {
      expect((await postChat(stack.gatewayUrl, { model, messages: MESSAGES })).status).toBe(200);
    }
    for (const run of waiting) expect(await providerCalls(stack.mockUrl, run)).toEqual([]);
    await Promise.all([...waiting, holder].map(cancel));
    await vi.waitFor(async () => expect(await remainsOf([...waiting, holder])).toEqual([]), PATIENT);
  });

  it("is told when a run that waits for it is cancelled, and those who follow the run saw that it waited", async () => {
    const holder = await handIn(LONG);
    await untilSent(holder);
    const [cancelled, next] = [await handIn(LONG), await handIn(LONG)];
    await Promise.all([cancelled, next].map(untilDeferred));
    expect(await remainsOf([cancelled])).not.toEqual([]);
    await cancel(cancelled);
    await vi.waitFor(async () => expect(await remainsOf([cancelled])).toEqual([]), PATIENT);
    const events = await followRun(stack.gatewayUrl, cancelled);
    const states = events.flatMap(({ event, data }) => (event === "call" ? [(data as { state: string }).state] : []));
    expect(states).toEqual(["queued", "waiting"]);
    await cancel(holder);
    await untilSent(next);
    expect(await providerCalls(stack.mockUrl, cancelled)).toEqual([]);
    await cancel(next);
  });
});

describe("the Redis of the limits, when it is not that of the runs,", () => {
  let directory: string;
  let limits: EnsuredRedis;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "limits-"));
    limits = await ensureRedis({ env: { PATH: process.env["PATH"] }, stateDirectory: directory, say: () => undefined });
    await start("{ concurrent: 2, adaptive: false }", 1, {}, { LIMITS_REDIS_URL: limits.url });
  });
  afterEach(async () => {
    await limits.server?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("lets nothing go while it is gone, and all that waited once it is back", async () => {
    await untilAll([await handIn("openai/gpt-4o")], "succeeded");
    process.kill(limits.server?.pid ?? 0, "SIGKILL");
    await limits.server?.exited;
    const waiting = await handInMany("openai/gpt-4o", 5);
    await vi.waitFor(async () => expect(await records.redis.llen(`${stack.redisPrefix}:q:calls-openai:active`)).toBe(5), PATIENT);
    for (const run of waiting) expect(await providerCalls(stack.mockUrl, run)).toEqual([]);
    limits = { ...limits, server: (await limits.server?.startAgain()) ?? null };
    await untilAll(waiting, "succeeded");
    expect(await judge(stack.mockUrl, { concurrent: 2 })).toMatchObject({ concurrent: { over: 0 }, requests: { total: 6 } });
  });
});
