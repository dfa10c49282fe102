import { describe, expect, it } from "vitest";
import { createTokenBatch, toBatches } from "./token-batch.ts";

describe("a token batch", () => {
  it("joins the text of one choice", () => {
    const batch = createTokenBatch();
    batch.add({ choice: 0, text: "one " });
    batch.add({ choice: 0, text: "two" });
    expect(batch.size).toBe(7);
    expect(batch.take()).toEqual([{ text: "one two" }]);
    expect(batch.size).toBe(0);
  });

  it("keeps choices apart and in order", () => {
    const batch = createTokenBatch();
    batch.add({ choice: 0, text: "a" });
    batch.add({ choice: 1, text: "b" });
    batch.add({ choice: 0, text: "c" });
    expect(batch.take()).toEqual([{ text: "a" }, { choice: 1, text: "b" }, { text: "c" }]);
  });

  it("joins the arguments of a tool call and starts the next call anew", () => {
    const batch = createTokenBatch();
    batch.add({ choice: 0, toolCalls: [{ index: 0, id: "x", name: "f", arguments: "" }] });
    batch.add({ choice: 0, toolCalls: [{ index: 0, arguments: '{"a"' }] });
    batch.add({ choice: 0, toolCalls: [{ index: 0, arguments: ":1}" }] });
    batch.add({ choice: 0, toolCalls: [{ index: 1, id: "y", name: "g", arguments: "{}" }] });
    expect(batch.take()).toEqual([
      {
        tool_calls: [
          { index: 0, id: "x", name: "f", arguments: '{"a":1}' },
          { index: 1, id: "y", name: "g", arguments: "{}" },
        ],
      },
    ]);
  });

  it("leaves pieces with log probabilities alone", () => {
    const batch = createTokenBatch();
    batch.add({ choice: 0, text: "a", logprobs: 1 });
    batch.add({ choice: 0, text: "b", logprobs: 2 });
    expect(batch.take()).toHaveLength(2);
  });

  it("has nothing to send of an answer that says nothing", () => {
    const empty = [null, ""].map((content, index) => ({
      index,
      message: { role: "assistant" as const, content, refusal: null },
      finish_reason: "stop" as const,
    }));
    expect(toBatches({ servedModel: "m", usage: null, choices: empty })).toEqual([]);
  });

  it("takes a whole answer for what would have been streamed of it", () => {
    const call = { id: "x", type: "function" as const, function: { name: "f", arguments: "{}" } };
    const message = { role: "assistant" as const, content: "text", reasoning_content: "because", tool_calls: [call] };
    const result = { servedModel: "m", usage: null, choices: [{ index: 0, message, finish_reason: "stop" as const }] };
    expect(toBatches(result)).toEqual([
      { text: "text", reasoning: "because", tool_calls: [{ index: 0, id: "x", name: "f", arguments: "{}" }] },
    ]);
  });
});
