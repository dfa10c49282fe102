import type { JsonObject } from "@composite-llm/core";
import { describe, expect, it } from "vitest";
import { validateOpenai } from "./validate-openai.ts";

const USER = { role: "user", content: "Hi" };
const CALL = { role: "assistant", content: null, tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }] };
const RESULT = { role: "tool", tool_call_id: "c1", content: "5" };
const TOOL = { type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } };

function problemOf(body: JsonObject, model = "gpt-4o") {
  const problem = validateOpenai({ model, messages: [USER], ...body }, model);
  return problem === null ? null : { param: problem.param, code: problem.code };
}

function schemaFormat(schema: JsonObject, strict = true): JsonObject {
  return { type: "json_schema", json_schema: { name: "s", strict, schema } };
}

describe("validateOpenai", () => {
  it.each<[string, JsonObject]>([
    ["a plain request", {}],
    [
      "every role",
      {
        messages: [{ role: "system", content: "s" }, { role: "developer", content: "d" }, USER, { role: "assistant", content: "a" }, USER],
      },
    ],
    [
      "content parts",
      {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "t" },
              { type: "image_url", image_url: { url: "data:image/png;base64,AA" } },
            ],
          },
        ],
      },
    ],
    ["tool calls and their results", { messages: [USER, CALL, RESULT, USER], tools: [TOOL] }],
    ["a call without content", { messages: [USER, { role: "assistant", tool_calls: CALL.tool_calls }, RESULT] }],
    ["an assistant first", { messages: [{ role: "assistant", content: "a" }] }],
    ["an empty text", { messages: [{ role: "user", content: "" }] }],
    [
      "parameters at their bounds",
      { temperature: 2, top_p: 0, n: 128, presence_penalty: -2, stop: ["a", "b", "c", "d"], max_tokens: 1, seed: -5 },
    ],
    ["nulls", { temperature: null, max_tokens: null, stop: null, tools: null, response_format: null, stream: null }],
    ["a stream with usage", { stream: true, stream_options: { include_usage: true } }],
    ["a forced tool", { tools: [TOOL], tool_choice: { type: "function", function: { name: "f" } }, parallel_tool_calls: false }],
    ["logprobs", { logprobs: true, top_logprobs: 20 }],
    ["JSON", { messages: [{ role: "user", content: "as JSON" }], response_format: { type: "json_object" } }],
    ["a loose schema", { response_format: schemaFormat({ type: "object", properties: { a: { type: "string" } } }, false) }],
    [
      "a strict schema",
      {
        response_format: schemaFormat({
          type: "object",
          properties: { a: { type: "string" } },
          required: ["a"],
          additionalProperties: false,
        }),
      },
    ],
  ])("takes %s", (_, body) => {
    expect(problemOf(body)).toBeNull();
  });

  it.each<[string, JsonObject, string | null, string | null]>([
    ["no messages", { messages: undefined }, "messages", "missing_required_parameter"],
    ["messages as text", { messages: "Hi" }, "messages", "invalid_type"],
    ["empty messages", { messages: [] }, "messages", "empty_array"],
    ["a message as text", { messages: ["Hi"] }, "messages[0]", "invalid_type"],
    ["no role", { messages: [{ content: "Hi" }] }, "messages[0].role", "missing_required_parameter"],
    ["an unknown role", { messages: [USER, { role: "bot", content: "Hi" }] }, "messages[1].role", "invalid_value"],
    ["no content", { messages: [{ role: "user" }] }, "messages[0].content", "missing_required_parameter"],
    ["null content", { messages: [{ role: "user", content: null }] }, "messages[0].content", null],
    ["no parts", { messages: [{ role: "user", content: [] }] }, "messages[0].content", "empty_array"],
    ["an unknown part", { messages: [{ role: "user", content: [{ type: "video" }] }] }, "messages[0].content[0].type", "invalid_value"],
    [
      "an image from the system",
      { messages: [{ role: "system", content: [{ type: "image_url", image_url: { url: "u" } }] }] },
      "messages[0].content[0].type",
      "invalid_value",
    ],
    [
      "an image without its URL",
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: {} }] }] },
      "messages[0].content[0].image_url.url",
      "missing_required_parameter",
    ],
    ["a result without a call", { messages: [USER, RESULT] }, "messages.[1].role", null],
    ["a result of another call", { messages: [USER, CALL, { ...RESULT, tool_call_id: "c2" }] }, "messages.[2].role", null],
    ["a call without its result", { messages: [USER, CALL, USER] }, "messages.[2].role", null],
    ["a call at the end", { messages: [USER, CALL] }, "messages.[2].role", null],
    [
      "a result without an id",
      { messages: [USER, CALL, { role: "tool", content: "5" }] },
      "messages[2].tool_call_id",
      "missing_required_parameter",
    ],
    [
      "no tool calls in a list",
      { messages: [USER, { role: "assistant", content: "a", tool_calls: [] }] },
      "messages[1].tool_calls",
      "empty_array",
    ],
    ["a temperature as text", { temperature: "hot" }, "temperature", "invalid_type"],
    ["a high temperature", { temperature: 2.1 }, "temperature", "decimal_above_max_value"],
    ["a negative temperature", { temperature: -1 }, "temperature", "decimal_below_min_value"],
    ["a high top_p", { top_p: 1.5 }, "top_p", "decimal_above_max_value"],
    ["a broken n", { n: 1.5 }, "n", "invalid_type"],
    ["n of zero", { n: 0 }, "n", "integer_below_min_value"],
    ["no tokens", { max_tokens: 0 }, "max_tokens", "integer_below_min_value"],
    ["two caps", { max_tokens: 5, max_completion_tokens: 5 }, "max_tokens", "invalid_parameter_combination"],
    ["a stream as text", { stream: "yes" }, "stream", "invalid_type"],
    ["stream options without a stream", { stream_options: { include_usage: true } }, "stream_options", null],
    ["five stops", { stop: ["a", "b", "c", "d", "e"] }, "stop", "array_above_max_length"],
    ["a stop as a number", { stop: 5 }, "stop", "invalid_type"],
    ["top logprobs alone", { top_logprobs: 2 }, "top_logprobs", null],
    ["empty tools", { tools: [] }, "tools", "empty_array"],
    ["a tool without a type", { tools: [{ function: { name: "f" } }] }, "tools[0].type", "missing_required_parameter"],
    ["a tool without a name", { tools: [{ type: "function", function: {} }] }, "tools[0].function.name", "missing_required_parameter"],
    ["a tool's odd name", { tools: [{ type: "function", function: { name: "my tool" } }] }, "tools[0].function.name", "invalid_value"],
    [
      "a tool's array schema",
      { tools: [{ type: "function", function: { name: "f", parameters: { type: "array" } } }] },
      "tools[0].function.parameters",
      "invalid_function_parameters",
    ],
    ["a choice without tools", { tool_choice: "auto" }, "tool_choice", null],
    ["a choice of another tool", { tools: [TOOL], tool_choice: { type: "function", function: { name: "g" } } }, "tool_choice", null],
    ["an unknown choice", { tools: [TOOL], tool_choice: "always" }, "tool_choice", "invalid_value"],
    ["parallel calls without tools", { parallel_tool_calls: true }, "parallel_tool_calls", null],
    ["JSON that nobody mentions", { response_format: { type: "json_object" } }, "messages", null],
    ["an unknown format", { response_format: { type: "xml" } }, "response_format.type", "invalid_value"],
    [
      "a schema without a name",
      { response_format: { type: "json_schema", json_schema: { schema: {} } } },
      "response_format.json_schema.name",
      "missing_required_parameter",
    ],
    ["an open strict schema", { response_format: schemaFormat({ type: "object", properties: {} }) }, "response_format", null],
    [
      "a strict schema with an optional part deep inside",
      {
        response_format: schemaFormat({
          type: "object",
          properties: { a: { type: "array", items: { type: "object", properties: { b: {} }, required: [], additionalProperties: false } } },
          required: ["a"],
          additionalProperties: false,
        }),
      },
      "response_format",
      null,
    ],
    ["an argument that OpenAI does not know", { top_k: 5 }, null, null],
  ])("refuses %s", (_, body, param, code) => {
    expect(problemOf(body)).toEqual({ param, code });
  });

  it.each([
    ["gpt-5", { max_tokens: 5 }, "max_tokens"],
    ["o3", { max_tokens: 5 }, "max_tokens"],
    ["o4-mini", { stop: "x" }, "stop"],
    ["gpt-5-mini", { top_p: 0.5 }, "top_p"],
    ["gpt-5", { presence_penalty: 1 }, "presence_penalty"],
    ["gpt-5", { logprobs: true }, "logprobs"],
    ["gpt-5.1", { max_tokens: 5 }, "max_tokens"],
    ["gpt-5.1", { temperature: 0.5, reasoning_effort: "low" }, "temperature"],
  ])("lets the reasoning model %s refuse %j", (model, body, param) => {
    const code = param === "temperature" ? "unsupported_value" : "unsupported_parameter";
    expect(problemOf(body, model)).toEqual({ param, code });
  });

  it("names the value that a reasoning model refuses", () => {
    const problem = validateOpenai({ messages: [USER], temperature: 0.7 }, "gpt-5");
    expect(problem).toMatchObject({
      param: "temperature",
      code: "unsupported_value",
      message: expect.stringContaining("does not support 0.7"),
    });
  });

  it.each([
    ["gpt-5", { max_completion_tokens: 5, temperature: 1, presence_penalty: 0 }],
    ["gpt-5-chat-latest", { max_tokens: 5, temperature: 0.2 }],
    ["gpt-5.1", { temperature: 0.2 }],
    ["gpt-5.2", { temperature: 0.2, reasoning_effort: "none" }],
    ["gpt-4.1", { max_tokens: 5, temperature: 0.2, stop: "x" }],
    ["openai/gpt-5", { max_tokens: 5, temperature: 0.2, top_k: 3 }],
    ["llama-3", { top_k: 3 }],
    ["mock", { top_k: 3 }],
  ])("lets %s take %j", (model, body) => {
    expect(problemOf(body, model)).toBeNull();
  });
});
