import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askRun } from "./harness/ask-run.ts";
import { chat } from "./harness/open-client.ts";
import { postChat } from "./harness/post-chat.ts";
import { providerCalls } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

const PATIENT = { timeout: 30_000, interval: 100 };
const MODEL = "openai/gpt-4o-mini";
/** Six a minute: of these calls the last one waits for about two minutes. */
const BACKLOG = 12;
const OPERATOR_KEY = "key-of-the-operator";

let stack: Stack;
let records: RunRecords;

beforeAll(async () => {
  stack = await startStack({
    config: "version: 1\nproviders: { openai: { limits: { requests_per_minute: 6, adaptive: false } } }\n",
    // One as it is, and one that takes every run.
    services: { gateway: { count: 2, env: [{}, { ADMISSION_BY_PLAN: "off" }] } },
    env: { OPERATOR_KEY },
  });
  records = openRunRecords(stack);
});

afterAll(async () => {
  records.close();
  await stack.stop();
});

const runKeys = async () =>
  (await records.redis.keys(`${stack.redisPrefix}:run:*`)).filter((key) => !key.endsWith(":listeners")).toSorted();

/** Calls that wait for the provider, as a gateway sees it. */
async function waitingAt(gatewayUrl: string): Promise<number> {
  const answer = await fetch(`${gatewayUrl}/v1/providers`, { headers: { authorization: `Bearer ${OPERATOR_KEY}` } });
  const { data } = (await answer.json()) as { data: { name: string; waiting: { interactive: Record<string, number> } }[] };
  const waiting = data.find(({ name }) => name === "openai")?.waiting.interactive ?? {};
  return Object.values(waiting).reduce((sum, count) => sum + count, 0);
}

describe("a provider that cannot keep up", () => {
  it("has runs refused that would wait for longer than they may take, before anything is stored or spent", async () => {
    const [strict, lenient] = [stack.gatewayUrl, stack.process("gateway-2").url];
    const handIn = (gatewayUrl: string, fields: object) => askRun(gatewayUrl, "POST", "", chat({ model: MODEL, ...fields }));
    const backlog = await Promise.all(Array.from({ length: BACKLOG }, () => handIn(lenient, {})));
    expect(backlog.map(({ status }) => status)).toEqual(backlog.map(() => 202));

    const short = chat({ model: MODEL, total_deadline_ms: 10_000 });
    await vi.waitFor(async () => expect(await waitingAt(strict)).toBe(BACKLOG - 1), PATIENT);
    const before = await runKeys();
    const refused = await postChat(strict, short);
    expect(refused).toMatchObject({ status: 429, run: "", body: { error: { code: "provider_rate_limited", type: "rate_limit_error" } } });
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(10);
    expect(seconds).toBeLessThan(180);
    expect((await askRun(strict, "POST", "", short)).status).toBe(429);
    expect(await runKeys()).toEqual(before);

    // One that has the time is taken, and one for another provider.
    expect((await handIn(strict, { total_deadline_ms: 3_000_000 })).status).toBe(202);
    expect((await postChat(strict, chat({ model: "anthropic/claude-haiku-4-5", total_deadline_ms: 10_000 }))).status).toBe(200);
    // A panel that needs one answer only waits for the provider that has room.
    const panel = {
      model: "composite/moa/anthropic/claude-haiku-4-5",
      proposers: [MODEL, "anthropic/claude-haiku-4-5"],
      total_deadline_ms: 10_000,
    };
    const one = { ...panel, stages: { propose: { min_success: 1, grace_ms: 0 } } };
    expect((await postChat(strict, chat(one))).status).toBe(200);
    expect((await postChat(strict, chat({ ...one, stages: { propose: { min_success: 2 } } }))).status).toBe(429);
    // The other gateway knows the same, and takes every run.
    expect(await waitingAt(lenient)).toBeGreaterThanOrEqual(BACKLOG - 1);
    expect((await handIn(lenient, { total_deadline_ms: 10_000 })).status).toBe(202);
    expect((await providerCalls(stack.mockUrl)).filter(({ wire }) => wire === "openai").length).toBeLessThan(BACKLOG);
  });
});
