import type { Message, Params } from "@composite-llm/contracts";
import { describe, expect, it } from "vitest";
import { toRequest } from "./to-request.ts";

const HELLO: Message[] = [{ role: "user", content: "Hi" }];

function bodyOf(messages: Message[], params: Params = {}): Record<string, unknown> {
  const request = toRequest({ model: "claude", messages, params }, false);
  if ("failure" in request) throw new Error(request.failure.message);
  return JSON.parse(request.body) as Record<string, unknown>;
}

describe("a request to the messages API", () => {
  it("has an output cap, also when none was asked for", () => {
    expect(bodyOf(HELLO)).toEqual({
      model: "claude",
      messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
      max_tokens: 8192,
      stream: false,
    });
    expect(bodyOf(HELLO, { max_completion_tokens: 7, max_tokens: 9 })["max_tokens"]).toBe(7);
  });

  it("gathers system and developer messages, and joins what one role says in a row", () => {
    const { system, messages } = bodyOf([
      { role: "system", content: "A" },
      { role: "user", content: "1" },
      { role: "developer", content: [{ type: "text", text: "B", cache_control: { type: "ephemeral" } }] },
      { role: "user", content: "2" },
    ]);
    expect(system).toEqual([
      { type: "text", text: "A" },
      { type: "text", text: "B", cache_control: { type: "ephemeral" } },
    ]);
    expect(messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "1" },
          { type: "text", text: "2" },
        ],
      },
    ]);
  });

  it("puts tool calls and their results where the API wants them", () => {
    const { messages } = bodyOf([
      ...HELLO,
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
          { id: "b", type: "function", function: { name: "g", arguments: "broken" } },
        ],
      },
      { role: "tool", tool_call_id: "a", content: "one" },
      { role: "tool", tool_call_id: "b", content: "" },
      { role: "user", content: "go on" },
    ]);
    expect(messages).toEqual([
      { role: "user", content: [{ type: "text", text: "Hi" }] },
      {
        role: "assistant",
        content: [
          { type: "tool_use", id: "a", name: "f", input: { x: 1 } },
          { type: "tool_use", id: "b", name: "g", input: { arguments: "broken" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "a", content: [{ type: "text", text: "one" }] },
          { type: "tool_result", tool_use_id: "b" },
          { type: "text", text: "go on" },
        ],
      },
    ]);
  });

  it("translates images and files", () => {
    const content = [
      { type: "image_url", image_url: { url: "data:image/jpg;base64,QUJD" } },
      { type: "image_url", image_url: { url: "https://example/x.png" } },
      { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,QUJD" } },
      { type: "file", file: { file_data: "data:text/plain,a%20b" } },
      { type: "file", file: { file_id: "file-1" } },
    ];
    const { messages } = bodyOf([{ role: "user", content }]);
    expect(messages).toEqual([
      {
        role: "user",
        content: [
          { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "QUJD" } },
          { type: "image", source: { type: "url", url: "https://example/x.png" } },
          { type: "document", title: "a.pdf", source: { type: "base64", media_type: "application/pdf", data: "QUJD" } },
          { type: "document", source: { type: "text", media_type: "text/plain", data: "a b" } },
          { type: "document", source: { type: "file", file_id: "file-1" } },
        ],
      },
    ]);
  });

  it("refuses audio and files without a form before anything is sent", () => {
    const of = (part: object) => toRequest({ model: "claude", messages: [{ role: "user", content: [part] }], params: {} }, false);
    expect(of({ type: "input_audio", input_audio: {} })).toMatchObject({ failure: { class: "bad_request", param: "messages" } });
    expect(of({ type: "file", file: { file_data: "data:application/zip;base64,QUJD" } })).toMatchObject({
      failure: { class: "bad_request" },
    });
  });

  it("translates tools and the choice among them", () => {
    const tools = [
      { type: "function", function: { name: "f", description: "d", parameters: { type: "object", properties: {} }, strict: true } },
    ];
    const choice = { type: "function", function: { name: "f" } };
    expect(bodyOf(HELLO, { tools, tool_choice: choice, parallel_tool_calls: false })).toMatchObject({
      tools: [{ name: "f", description: "d", input_schema: { type: "object", properties: {} }, strict: true }],
      tool_choice: { type: "tool", name: "f", disable_parallel_tool_use: true },
    });
    expect(bodyOf(HELLO, { tools, tool_choice: "required" })["tool_choice"]).toEqual({ type: "any" });
    expect(bodyOf(HELLO, { tools, tool_choice: "none", parallel_tool_calls: false })["tool_choice"]).toEqual({ type: "none" });
    expect(bodyOf(HELLO, { tool_choice: "auto" })).not.toHaveProperty("tool_choice");
  });

  it("translates stop texts, schema, effort and user, and drops what has no counterpart", () => {
    const schema = { type: "object", properties: { n: { type: "integer", minimum: 1 } }, required: ["n"] };
    const body = bodyOf(HELLO, {
      stop: ["END", " "],
      response_format: { type: "json_schema", json_schema: { name: "x", schema } },
      reasoning_effort: "high",
      user: "u-1",
      n: 1,
      seed: 5,
      logprobs: false,
      store: true,
      metadata: { team: "a" },
    });
    expect(body).toMatchObject({
      stop_sequences: ["END"],
      output_config: { effort: "high", format: { type: "json_schema", schema: { additionalProperties: false, required: ["n"] } } },
      metadata: { user_id: "u-1" },
    });
    for (const name of ["stop", "response_format", "reasoning_effort", "user", "n", "seed", "logprobs", "store"])
      expect(body).not.toHaveProperty(name);
    expect(bodyOf(HELLO, { stop: "END" })["stop_sequences"]).toEqual(["END"]);
  });

  it("asks for the API's older version when, and only when, it samples", () => {
    const headersOf = (params: Params) => {
      const request = toRequest({ model: "claude", messages: HELLO, params }, false);
      return "headers" in request ? request.headers : null;
    };
    expect(headersOf({ temperature: 0.5 })).toEqual({ "anthropic-version": "2023-06-01" });
    expect(headersOf({ max_tokens: 5 })).toEqual({});
  });

  it("makes a lone system prompt the user's words, and trims an answer that is to be continued", () => {
    expect(bodyOf([{ role: "system", content: "Go" }])).toMatchObject({
      messages: [{ role: "user", content: [{ type: "text", text: "Go" }] }],
    });
    const { messages } = bodyOf([...HELLO, { role: "assistant", content: "Once \n" }]);
    expect(messages).toMatchObject([{}, { role: "assistant", content: [{ type: "text", text: "Once" }] }]);
  });

  it("sends a model's thinking back before the tool call that carried it, and stops thinking where it was lost", () => {
    const block = { type: "thinking", thinking: "hm", signature: "s" };
    const thinking = { type: "enabled", budget_tokens: 2048 };
    const call = { id: "a", type: "function", function: { name: "f", arguments: "{}" } };
    const turn = (fields: object): Message[] => [
      ...HELLO,
      { role: "assistant", content: null, tool_calls: [{ ...call, ...fields }] },
      { role: "tool", tool_call_id: "a", content: "1" },
    ];
    const kept = bodyOf(turn({ extra_content: { anthropic: { thinking_blocks: [block] } } }), { thinking });
    expect(kept).toMatchObject({ thinking, messages: [{}, { content: [block, { type: "tool_use" }] }, {}] });
    expect(bodyOf(turn({}), { thinking })).not.toHaveProperty("thinking");
  });
});
