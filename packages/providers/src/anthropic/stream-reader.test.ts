import type { ModelDelta } from "@composite-llm/contracts";
import { describe, expect, it } from "vitest";
import type { Answer } from "../exchange/answer.ts";
import { StreamedAnswer } from "../exchange/streamed-answer.ts";
import { StreamError } from "../exchange/vendor-wire.ts";
import { createStreamReader } from "./stream-reader.ts";

function read(events: object[]): { deltas: ModelDelta[]; answer: Answer; isOver: boolean } {
  const deltas: ModelDelta[] = [];
  const answer = new StreamedAnswer(
    "asked",
    (delta) => deltas.push(delta),
    () => undefined,
  );
  const reader = createStreamReader({ model: "asked", messages: [], params: {} }, answer);
  let isOver = false;
  for (const event of events) isOver = reader.onEvent({ event: "", data: JSON.stringify(event) });
  return { deltas, answer: answer.build(), isOver };
}

const START = {
  type: "message_start",
  message: { model: "claude-served", usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 1 } },
};
const open = (index: number, block: object) => ({ type: "content_block_start", index, content_block: block });
const grow = (index: number, delta: object) => ({ type: "content_block_delta", index, delta });
const close = (index: number) => ({ type: "content_block_stop", index });
const end = (reason: string, usage: object = { output_tokens: 9 }, details: object = {}) => ({
  type: "message_delta",
  delta: { stop_reason: reason, ...details },
  usage,
});
const STOP = { type: "message_stop" };

describe("the reader of message events", () => {
  it("adds cached tokens to the input and keeps the last count of the output", () => {
    const { answer, isOver } = read([
      START,
      open(0, { type: "text", text: "" }),
      grow(0, { type: "text_delta", text: "Hi" }),
      close(0),
      end("end_turn"),
      STOP,
    ]);
    expect(answer).toMatchObject({
      servedModel: "claude-served",
      usage: { inputTokens: 15, cachedTokens: 5, cacheWriteTokens: 0, outputTokens: 9 },
      choices: [{ finish_reason: "stop", message: { content: "Hi" } }],
    });
    expect(isOver).toBe(true);
  });

  it("numbers tool calls from 0 although blocks of text and thinking come before and between them", () => {
    const { deltas, answer } = read([
      START,
      open(0, { type: "thinking", thinking: "", signature: "" }),
      grow(0, { type: "thinking_delta", thinking: "hm" }),
      grow(0, { type: "signature_delta", signature: "sig" }),
      close(0),
      open(1, { type: "tool_use", id: "a", name: "f", input: {} }),
      grow(1, { type: "input_json_delta", partial_json: '{"x":' }),
      grow(1, { type: "input_json_delta", partial_json: "1}" }),
      close(1),
      open(2, { type: "text", text: "and" }),
      close(2),
      open(3, { type: "tool_use", id: "b", name: "g", input: {} }),
      close(3),
      end("tool_use"),
      STOP,
    ]);
    const kept = { extra_content: { anthropic: { thinking_blocks: [{ type: "thinking", thinking: "hm", signature: "sig" }] } } };
    expect(answer.choices[0]).toEqual({
      index: 0,
      finish_reason: "tool_calls",
      message: {
        role: "assistant",
        content: "and",
        reasoning_content: "hm",
        tool_calls: [
          { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' }, ...kept },
          { id: "b", type: "function", function: { name: "g", arguments: "{}" } },
        ],
      },
    });
    expect(deltas.flatMap((delta) => delta.toolCalls ?? []).map(({ index }) => index)).toEqual([0, 0, 0, 1, 1]);
  });

  it("takes a refusal for one, with its explanation", () => {
    const details = { stop_details: { type: "refusal", category: "bio", explanation: null } };
    const { deltas, answer } = read([START, end("refusal", { output_tokens: 0 }, details), STOP]);
    expect(answer.choices[0]?.message.refusal).toBe("the model refused to answer (bio)");
    expect(deltas).toEqual([{ choice: 0, refusal: "the model refused to answer (bio)" }]);
  });

  it("skips pings and events that it does not know", () => {
    const { answer } = read([
      START,
      { type: "ping" },
      { type: "brand_new" },
      open(0, { type: "server_tool_use", id: "s" }),
      close(0),
      end("end_turn"),
    ]);
    expect(answer.choices[0]?.message.tool_calls).toBeUndefined();
  });

  it("throws an error event with the status that its type stands for", () => {
    const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    expect(() => read([START, overloaded])).toThrow(StreamError);
    try {
      read([START, overloaded]);
    } catch (error) {
      expect(error).toMatchObject({ error: { class: "rate_limited", status: 529 } });
    }
  });
});
