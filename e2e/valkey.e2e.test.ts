import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EnsuredRedis, ensureRedis, findRedisBinary } from "@composite-llm/scripts/redis";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askRun } from "./harness/ask-run.ts";
import { chat } from "./harness/open-client.ts";
import { COUNCIL, MOA, PANELS } from "./harness/panels.ts";
import { postChat } from "./harness/post-chat.ts";
import { providerCalls, requestsByStep } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

const { found } = await findRedisBinary(process.env["PATH"] ?? "");
const version = found?.version.startsWith("Valkey") === true ? found.version : null;

let directory: string;
let valkey: EnsuredRedis;
let stack: Stack;
let records: RunRecords;

/** Needs `valkey-server` on the PATH; where it is, every other test that starts a server of its own uses it too. */
describe.skipIf(version === null)(`on ${version ?? "Valkey"}`, () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "valkey-"));
    valkey = await ensureRedis({ env: { PATH: process.env["PATH"] }, stateDirectory: directory, say: () => undefined });
    stack = await startStack({ redisUrl: valkey.url });
    records = openRunRecords(stack);
  });
  afterAll(async () => {
    records.close();
    await stack.stop();
    await valkey.server?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("panels are answered, each call made once", async () => {
    expect(await records.redis.info("server")).toMatch(/^valkey_version:\d/m);
    for (const { request, steps } of PANELS) {
      const { status, run } = await postChat(stack.gatewayUrl, chat(request));
      expect(status).toBe(200);
      expect(requestsByStep(await providerCalls(stack.mockUrl, run))).toEqual(steps);
    }
  });

  it("a run outlives the server's death, and no committed call is made again", async () => {
    const slow = { ...MOA, model: "composite/moa/openai/gpt-4o-mock-latency-4000" };
    const { run } = await askRun(stack.gatewayUrl, "POST", "", chat(slow));
    await vi.waitFor(async () => expect(requestsByStep(await providerCalls(stack.mockUrl, run.id))).toHaveProperty("final"), {
      timeout: 10_000,
    });
    process.kill(valkey.server?.pid ?? 0, "SIGKILL");
    await valkey.server?.exited;
    valkey = { ...valkey, server: (await valkey.server?.startAgain()) ?? null };
    await vi.waitFor(async () => expect(await records.state(run.id)).toBe("succeeded"), { timeout: 30_000 });
    expect(requestsByStep(await providerCalls(stack.mockUrl, run.id))).toMatchObject({
      "propose.0.0": 1,
      "propose.0.1": 1,
      "propose.0.2": 1,
    });
  });

  it("new runs are refused above the watermark", async () => {
    await records.redis.config("SET", "maxmemory", "1mb");
    await vi.waitFor(async () => {
      const { status, headers, body } = await postChat(stack.gatewayUrl, chat(COUNCIL));
      expect({ status, code: body.error.code }).toEqual({ status: 503, code: "queue_full" });
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    });
    await records.redis.config("SET", "maxmemory", "0");
    await vi.waitFor(async () => expect((await postChat(stack.gatewayUrl, chat(COUNCIL))).status).toBe(200), { timeout: 5_000 });
  });
});
