import type { CallRecord } from "@composite-llm/contracts";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { chat } from "./harness/open-client.ts";
import { postChat } from "./harness/post-chat.ts";
import { type ProviderCall, providerCalls, reportedUsage, requestsByStep } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

/** An answer without a word is paid and asked for again. */
const EMPTY_TWICE = "openai/gpt-4o-mini-mock-fail-first-2-empty";
const SLOW = "anthropic/claude-haiku-4-5-mock-latency-6000";
const QUICK = "anthropic/claude-haiku-4-5";
const PATIENT = { timeout: 20_000, interval: 20 };

let stack: Stack;
let records: RunRecords;

beforeAll(async () => {
  stack = await startStack({
    config: "version: 1\nproviders: { anthropic: { preset: anthropic, limits: { concurrent: 1 } } }\n",
    services: { "model-caller": { count: 2 } },
  });
  records = openRunRecords(stack);
});

/** Whoever a test has ended comes back for the next one. */
afterEach(async () => {
  for (const ended of stack.processes.filter(({ isRunning }) => !isRunning)) await ended.restart();
});

afterAll(async () => {
  records.close();
  await stack.stop();
});

/** The sum of what the call records of a run say was used. */
async function recordedUsage(run: string): Promise<{ ends: number; prompt_tokens: number; completion_tokens: number }> {
  const lines = await records.redis.xrange(`${stack.redisPrefix}:calls`, "-", "+");
  const all = lines.map(([, [, line = "{}"]]) => JSON.parse(line) as CallRecord);
  const ends = all.filter((line) => line.run === run && line.kind === "finished");
  const sum = (tokens: "inputTokens" | "outputTokens"): number => ends.reduce((total, { usage }) => total + (usage?.[tokens] ?? 0), 0);
  return { ends: ends.length, prompt_tokens: sum("inputTokens"), completion_tokens: sum("outputTokens") };
}

/** Records and answer say of a run what the provider said. */
async function expectAccounted({ run, body }: Awaited<ReturnType<typeof postChat>>): Promise<void> {
  const calls = await providerCalls(stack.mockUrl, run);
  const { total_tokens: _, ...told } = reportedUsage(calls);
  expect(await recordedUsage(run)).toEqual({ ends: calls.length, ...told });
  expect(body.composite.usage).toMatchObject(told);
}

/** Asks while only the first caller is there, asks that to end once the provider has seen so much, and has the second one take its place. */
async function askAndReplace(fields: Parameters<typeof chat>[0], isTime: (calls: ProviderCall[]) => boolean) {
  const [first, second] = [stack.process("model-caller-1"), stack.process("model-caller-2")];
  await second.kill();
  const known = new Set((await providerCalls(stack.mockUrl)).map(({ id }) => id));
  const answer = postChat(stack.gatewayUrl, chat(fields));
  const news = async (): Promise<ProviderCall[]> => (await providerCalls(stack.mockUrl)).filter(({ id }) => !known.has(id));
  await vi.waitFor(async () => expect(isTime(await news())).toBe(true), PATIENT);
  const ended = first.kill("SIGTERM");
  await second.restart();
  const answered = await answer;
  await ended;
  return answered;
}

describe("what the call records of a run say was used", () => {
  it("is what the provider said, try by try", async () => {
    const answered = await postChat(stack.gatewayUrl, chat({ model: "composite/moa/openai/gpt-4o", proposers: [EMPTY_TWICE, QUICK] }));
    expect(requestsByStep(await providerCalls(stack.mockUrl, answered.run))).toEqual({ "propose.0.0": 3, "propose.0.1": 1, final: 1 });
    await expectAccounted(answered);
  });
});

describe("a model-caller that is asked to end", () => {
  it("hides nothing of what a call has spent that waits for its next try", async () => {
    const fields = { model: "composite/moa/openai/gpt-4o", proposers: [EMPTY_TWICE, QUICK] };
    await expectAccounted(await askAndReplace(fields, (calls) => calls.some(({ wire, end }) => wire === "openai" && end !== null)));
  });

  it("leaves calls at once that are not sent, also those of a job of which one is", async () => {
    const fields = { model: "composite/moa/openai/gpt-4o", proposers: [SLOW, QUICK, QUICK] };
    const answered = await askAndReplace(fields, (calls) => calls.length > 0);
    const calls = await providerCalls(stack.mockUrl, answered.run);
    expect(requestsByStep(calls)).toEqual({ "propose.0.0": 1, "propose.0.1": 1, "propose.0.2": 1, final: 1 });
    const [sent] = calls.filter(({ step }) => step !== "final");
    const left = (await stack.log("model-caller-1"))
      .split("\n")
      .filter((line) => line.includes(answered.run) && line.includes("is left to"));
    // Their provider has room for one at a time, whoever asks.
    expect(left).toHaveLength(2);
    for (const line of left) expect(Date.parse((JSON.parse(line) as { time: string }).time)).toBeLessThan(sent?.end?.endedMs ?? 0);
    await expectAccounted(answered);
  });
});
