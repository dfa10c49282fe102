import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EnsuredRedis, ensureRedis } from "@composite-llm/scripts/redis";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { chat } from "./harness/open-client.ts";
import { MOA } from "./harness/panels.ts";
import { providerCalls, requestsByStep } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

/** Room for some runs beside what an installation needs by itself. */
const MAX_MEMORY = "10mb";
/** As long as a short letter; each run needs several copies of it. */
const PROMPT = "a word ".repeat(4000);
const LONG = { ...chat(MOA), messages: [{ role: "user", content: PROMPT }] };
const SLOW = { ...LONG, proposers: ["openai/gpt-4o-mini-mock-latency-3000", "anthropic/claude-haiku-4-5-mock-latency-3000"] };

let directory: string;
let redis: EnsuredRedis;
let stack: Stack;
let records: RunRecords;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "full-redis-"));
  redis = await ensureRedis({ env: { PATH: process.env["PATH"] }, stateDirectory: directory, say: () => undefined });
  const settings = new Redis(redis.url);
  await settings.config("SET", "maxmemory", MAX_MEMORY);
  settings.disconnect();
  stack = await startStack({ redisUrl: redis.url, config: "version: 1\nresults: { ttl: 5s }\n" });
  records = openRunRecords(stack);
});

afterAll(async () => {
  records.close();
  await stack.stop();
  await redis.server?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function memory(name: string): Promise<number> {
  return Number(new RegExp(`^${name}:(\\d+)`, "m").exec(await records.redis.info("memory"))?.[1]);
}

interface Handed {
  status: number;
  run: string;
  code: string | undefined;
  retryAfter: number;
}

async function handIn(body: object, key?: string): Promise<Handed> {
  const answer = await fetch(`${stack.gatewayUrl}/v1/runs`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key === undefined ? {} : { "idempotency-key": key }) },
    body: JSON.stringify(body),
  });
  const { id, error } = (await answer.json()) as { id?: string; error?: { code: string } };
  return { status: answer.status, run: id ?? "", code: error?.code, retryAfter: Number(answer.headers.get("retry-after")) };
}

describe("a Redis that is nearly full", () => {
  it("ends every run that was accepted, refuses others until there is room again, and keeps nothing of them", async () => {
    const first = await handIn(SLOW, "the-first");
    expect(first.status).toBe(202);

    const handed: Handed[] = [first];
    let most = 0;
    await vi.waitFor(
      async () => {
        handed.push(...(await Promise.all(Array.from({ length: 10 }, () => handIn(SLOW)))));
        most = Math.max(most, await memory("used_memory"));
        expect(handed.filter(({ status }) => status === 503).length).toBeGreaterThanOrEqual(10);
      },
      { timeout: 10_000, interval: 50 },
    );
    const refused = handed.filter(({ status }) => status !== 202);
    for (const { status, code, retryAfter } of refused) {
      expect({ status, code }).toEqual({ status: 503, code: "queue_full" });
      expect(retryAfter).toBeGreaterThan(0);
    }
    // Who knows a run by its key finds it all the same.
    expect(await handIn(SLOW, "the-first")).toMatchObject({ status: 202, run: first.run });

    const accepted = handed.filter(({ status }) => status === 202).map(({ run }) => run);
    expect(accepted.length).toBeGreaterThan(3);
    await vi.waitFor(
      async () => {
        most = Math.max(most, await memory("used_memory"));
        expect(new Set(await Promise.all(accepted.map((run) => records.state(run)))), `${accepted.length} runs`).toEqual(
          new Set(["succeeded"]),
        );
      },
      { timeout: 30_000, interval: 100 },
    );
    for (const run of accepted) {
      expect(requestsByStep(await providerCalls(stack.mockUrl, run))).toEqual({ "propose.0.0": 1, "propose.0.1": 1, final: 1 });
    }
    const max = await memory("maxmemory");
    console.log(`${accepted.length} runs accepted, ${refused.length} refused, at most ${Math.round((most / max) * 100)} % full`);
    expect(most).toBeLessThan(max);
    for (const { name } of stack.processes) expect(await stack.log(name), name).not.toContain("OOM command not allowed");

    await vi.waitFor(async () => expect((await handIn(LONG)).status).toBe(202), { timeout: 30_000, interval: 500 });
    const keysOf = async (...patterns: string[]): Promise<string[]> =>
      (await Promise.all(patterns.map((pattern) => records.redis.keys(`${stack.redisPrefix}:${pattern}`)))).flat();
    await vi.waitFor(async () => expect(await keysOf("run:*", "open", "needs")).toEqual([]), { timeout: 30_000, interval: 500 });
    // What points to a run may be there as long as the longest run could have been.
    for (const key of await keysOf("runs:*", "idem:*", "twin:*")) expect(await records.redis.pttl(key), key).toBeGreaterThan(0);
  });
});

describe("a Redis that would forget keys", () => {
  it.each(["gateway", "orchestrator", "model-caller"] as const)("is refused by the %s at its start, with what to set", async (service) => {
    await records.redis.config("SET", "maxmemory-policy", "allkeys-lru");
    const none = { gateway: { count: 0 }, orchestrator: { count: 0 }, "model-caller": { count: 0 } };
    try {
      const started = startStack({ redisUrl: redis.url, services: { ...none, [service]: { count: 1 } } });
      await expect(started).rejects.toThrow(/maxmemory-policy is allkeys-lru\): set it to noeviction/);
    } finally {
      await records.redis.config("SET", "maxmemory-policy", "noeviction");
    }
  });
});
