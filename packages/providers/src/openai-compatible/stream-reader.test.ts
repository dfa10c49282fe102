import type { ModelDelta } from "@composite-llm/contracts";
import { describe, expect, it } from "vitest";
import type { Answer } from "../exchange/answer.ts";
import { StreamedAnswer } from "../exchange/streamed-answer.ts";
import { StreamError } from "../exchange/vendor-wire.ts";
import type { ProviderConnection } from "../provider.ts";
import { createStreamReader } from "./stream-reader.ts";

function read(chunks: unknown[], preset = "openai"): { deltas: ModelDelta[]; answer: Answer } {
  const deltas: ModelDelta[] = [];
  const answer = new StreamedAnswer(
    "asked",
    (delta) => deltas.push(delta),
    () => undefined,
  );
  const connection: ProviderConnection = { preset, wire: "openai", baseUrl: "", apiKey: null, auth: "bearer" };
  const reader = createStreamReader({ model: "asked", messages: [], params: {} }, answer, connection);
  for (const chunk of chunks) reader.onEvent({ event: "", data: JSON.stringify(chunk) });
  return { deltas, answer: answer.build() };
}

const choice = (delta: object, reason: string | null = null) => ({ choices: [{ index: 0, delta, finish_reason: reason }] });

describe("the reader of completion chunks", () => {
  it("hands on nothing for chunks without content", () => {
    const { deltas } = read([choice({ role: "assistant", content: "" }), choice({}), { choices: [] }, choice({ content: "a" }, "stop")]);
    expect(deltas).toEqual([{ choice: 0, text: "a" }]);
  });

  it("reads reasoning under the names that vendors give it", () => {
    const { answer } = read([
      choice({ reasoning_content: "deep" }),
      choice({ reasoning: "router" }),
      choice(
        {
          content: [
            { type: "thinking", thinking: [{ type: "text", text: "mistral" }] },
            { type: "text", text: "answer" },
          ],
        },
        "stop",
      ),
    ]);
    expect(answer.choices[0]?.message).toEqual({ role: "assistant", content: "answer", reasoning_content: "deeproutermistral" });
  });

  it("keeps several choices apart and joins their logprobs", () => {
    const piece = (index: number, content: string, reason: string | null = null) => ({
      choices: [{ index, delta: { content }, finish_reason: reason, logprobs: { content: [{ token: content }], refusal: null } }],
    });
    const { answer } = read([piece(1, "b"), piece(0, "a"), piece(1, "B", "stop"), piece(0, "A", "length")]);
    expect(answer.choices).toEqual([
      {
        index: 0,
        message: { role: "assistant", content: "aA" },
        finish_reason: "length",
        logprobs: { content: [{ token: "a" }, { token: "A" }], refusal: null },
      },
      {
        index: 1,
        message: { role: "assistant", content: "bB" },
        finish_reason: "stop",
        logprobs: { content: [{ token: "b" }, { token: "B" }], refusal: null },
      },
    ]);
  });

  it("counts hidden reasoning where a vendor's total alone tells it", () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 115 };
    expect(read([{ choices: [], usage }], "gemini").answer.usage).toMatchObject({ outputTokens: 105, reasoningTokens: 100 });
    expect(read([{ choices: [], usage }], "openai").answer.usage).toMatchObject({ outputTokens: 5, reasoningTokens: 0 });
  });

  it("takes usage that is no number for unknown", () => {
    for (const usage of [
      { prompt_tokens: -1, completion_tokens: 5 },
      { prompt_tokens: "3", completion_tokens: 5 },
      { prompt_tokens: 1.5, completion_tokens: 5 },
      [],
      "x",
    ]) {
      expect(read([{ choices: [], usage }]).answer.usage).toBeNull();
    }
  });

  it("knows what OpenRouter says that a call cost", () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1, cost: 0.00042 };
    expect(read([{ choices: [], usage }], "openrouter").answer.reportedCostUsd).toBe(0.000_42);
    expect(read([{ choices: [], usage }], "openai").answer.reportedCostUsd).toBeNull();
  });

  it("throws an error that comes as a chunk, as a choice or as a list", () => {
    expect(() => read([{ error: { message: "busy", code: 503 } }])).toThrow(StreamError);
    expect(() => read([choice({}, "error")])).toThrow(StreamError);
    expect(() => read([[{ error: { message: "busy" } }]])).toThrow();
  });

  it("keeps a signature that the vendor wants back with a tool's result", () => {
    const call = {
      index: 0,
      id: "a",
      type: "function",
      function: { name: "f", arguments: "{}" },
      extra_content: { google: { thought_signature: "s" } },
    };
    const { answer } = read([choice({ tool_calls: [call] }, "tool_calls")]);
    expect(answer.choices[0]?.message.tool_calls).toEqual([
      { id: "a", type: "function", function: { name: "f", arguments: "{}" }, extra_content: { google: { thought_signature: "s" } } },
    ]);
  });
});
