import { fileURLToPath } from "node:url";
import type { CompositeExtension, WireUsage } from "@composite-llm/contracts";
import { hasPythonForLocalModel, type LocalModel, startLocalModel } from "@composite-llm/scripts/local-model";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import type { OpenAI } from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compositeOf, openClient } from "./harness/open-client.ts";

/** Packages and weights stay there for the next time; a fresh clone takes them from pip's own cache. */
const STATE = fileURLToPath(new URL("../.state", import.meta.url));

const QUESTION: OpenAI.ChatCompletionMessageParam[] = [
  { role: "user", content: "Why is it good to sleep enough? Answer in one sentence." },
];

/** What it writes is chance, and it may be one line of mark-up; that it is text is not. */
const WORDS = /[a-z]{3}/i;

type Sum = Pick<WireUsage, "prompt_tokens" | "completion_tokens" | "total_tokens">;

function sumOfCalls({ stages }: CompositeExtension): Sum {
  const all = stages.flatMap((stage) => stage.calls.map(({ usage }) => usage));
  const sum = (part: keyof Sum): number => all.reduce((total, usage) => total + usage[part], 0);
  return { prompt_tokens: sum("prompt_tokens"), completion_tokens: sum("completion_tokens"), total_tokens: sum("total_tokens") };
}

function stepsOf({ stages }: CompositeExtension): string[] {
  return stages.flatMap((stage) => stage.calls.map(({ step, status }) => `${step} ${status}`)).toSorted();
}

describe.skipIf(!(await hasPythonForLocalModel()))("a small real model", () => {
  let local: LocalModel;
  let stack: Stack;
  let client: OpenAI;

  beforeAll(async () => {
    local = await startLocalModel({ stateDirectory: STATE, say: (line) => console.error(line) });
    stack = await startStack({ mock: false, env: { LOCAL_MODEL_URL: local.url } });
    client = openClient(stack.gatewayUrl);
  });

  afterAll(async () => {
    await stack?.stop();
    await local?.stop();
  });

  /** A panel of so many seats. */
  function seats(count: number, params: Record<string, unknown>) {
    return Array.from({ length: count }, (_, seed) => ({ model: `local/${local.model}`, params: { seed, ...params } }));
  }

  /** So small a model would go on for ever, or say nothing at all: llama.cpp lets neither happen. */
  function toLength(maxTokens: number) {
    return { max_tokens: maxTokens, ignore_eos: true };
  }

  function request(strategy: string, options: Record<string, unknown>) {
    return { model: `composite/${strategy}/local/${local.model}`, messages: QUESTION, seed: 1, ...toLength(32), ...options };
  }

  /** Tokens that the server says it has written since it started. */
  async function tokensWritten(): Promise<number> {
    const metrics = await fetch(`${new URL(local.url).origin}/metrics`).then((answer) => answer.text());
    return Number(/^llamacpp:tokens_predicted_total (\d+)/m.exec(metrics)?.[1]);
  }

  /** Reads a stream to its end. */
  async function stream(body: ReturnType<typeof request>) {
    const pieces: string[] = [];
    let usage: OpenAI.CompletionUsage | null = null;
    let composite: CompositeExtension | null = null;
    const chunks = await client.chat.completions.create({ ...body, stream: true, stream_options: { include_usage: true } });
    for await (const chunk of chunks) {
      const [choice] = chunk.choices;
      if (choice?.delta.content) pieces.push(choice.delta.content);
      if (choice?.finish_reason != null) composite = compositeOf(chunk);
      usage = chunk.usage ?? usage;
    }
    if (composite === null) throw new Error("the stream had no last chunk");
    return { pieces, usage, composite };
  }

  it("answers through a mixture of agents, with the usage of all four calls", async () => {
    const before = await tokensWritten();
    const completion = await client.chat.completions.create(request("moa", { proposers: seats(3, toLength(32)) }));
    const composite = compositeOf(completion);
    expect(completion.choices[0]?.message.content).toMatch(WORDS);
    expect(composite).toMatchObject({ simulated: false, calls: 4, degraded: [], failed: [] });
    expect(stepsOf(composite)).toEqual(["final", "propose.0.0", "propose.0.1", "propose.0.2"].map((step) => `${step} succeeded`));
    expect(completion.usage).toMatchObject(sumOfCalls(composite));
    expect(completion.usage?.completion_tokens).toBe(4 * 32);
    expect((await tokensWritten()) - before).toBe(4 * 32);
  });

  it("streams the answer of a mixture of agents as it is written", async () => {
    const { pieces, usage, composite } = await stream(request("moa", { proposers: seats(2, toLength(24)) }));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toMatch(WORDS);
    expect(composite).toMatchObject({ simulated: false, calls: 3 });
    expect(usage).toMatchObject(sumOfCalls(composite));
    const final = composite.stages.at(-1)?.calls[0];
    expect(final?.ttft_ms).toBeLessThan(final?.latency_ms ?? 0);
  });

  it("streams a council's answer, also when its reviewers cannot fill in a ballot", async () => {
    // So few tokens are never enough for one.
    const body = request("council", { council_models: seats(3, toLength(24)), review_models: seats(2, { max_tokens: 8 }) });
    const { pieces, usage, composite } = await stream(body);
    expect(pieces.join("")).toMatch(WORDS);
    expect(composite).toMatchObject({ simulated: false, calls: 6, ranking: [], failed: [] });
    expect(composite.degraded).toContainEqual({ code: "reviews_skipped", stage: "review", slot: null });
    expect(usage).toMatchObject(sumOfCalls(composite));
  });

  it("answers through a council in one piece, and says what became of the reviews", async () => {
    const body = request("council", { council_models: seats(3, toLength(16)), review_models: seats(1, { max_tokens: 96 }) });
    const completion = await client.chat.completions.create(body);
    const composite = compositeOf(completion);
    expect(completion.choices[0]?.message.content).toMatch(WORDS);
    expect(composite).toMatchObject({ simulated: false, calls: 5, failed: [] });
    expect(completion.usage).toMatchObject(sumOfCalls(composite));
    // Whether it manages a ballot is chance; if not, that is told.
    const wasSkipped = composite.degraded.some(({ code }) => code === "reviews_skipped");
    expect(composite.ranking.length > 0).toBe(!wasSkipped);
  });
});
