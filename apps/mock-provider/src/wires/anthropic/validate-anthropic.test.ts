import type { JsonObject } from "@composite-llm/core";
import { describe, expect, it } from "vitest";
import { validateAnthropic } from "./validate-anthropic.ts";

const USER = { role: "user", content: "Hi" };
const USE = { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "f", input: {} }] };
const RESULT = { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "5" }] };
const TOOL = { name: "f", input_schema: { type: "object", properties: {} } };
const HEADERS = { "anthropic-version": "2023-06-01" };

function messageOf(body: JsonObject, model = "claude-sonnet-4-5"): string | null {
  return validateAnthropic({ model, max_tokens: 4096, messages: [USER], ...body }, model, HEADERS)?.message ?? null;
}

function imageOf(source: JsonObject): JsonObject {
  return { messages: [{ role: "user", content: [{ type: "image", source }] }] };
}

describe("validateAnthropic", () => {
  it.each<[string, JsonObject]>([
    ["a plain request", {}],
    [
      "consecutive messages of one role",
      { messages: [USER, USER, { role: "assistant", content: "a" }, { role: "assistant", content: "b" }, USER] },
    ],
    ["an assistant first", { messages: [{ role: "assistant", content: "a" }, USER] }],
    ["a prefill", { messages: [USER, { role: "assistant", content: "The answer is (" }] }],
    ["tool use and its result", { messages: [USER, USE, RESULT], tools: [TOOL] }],
    ["a result in the second of two messages of the user", { messages: [USER, USE, USER, RESULT], tools: [TOOL] }],
    ["images", imageOf({ type: "base64", media_type: "image/png", data: "AA" })],
    ["an image by address", imageOf({ type: "url", url: "https://example.com/a.png" })],
    ["a system prompt in blocks", { system: [{ type: "text", text: "s", cache_control: { type: "ephemeral" } }] }],
    ["sampling", { temperature: 0.5, top_k: 5 }],
    ["thinking", { thinking: { type: "enabled", budget_tokens: 1024 } }],
    ["a forced tool", { tools: [TOOL], tool_choice: { type: "tool", name: "f" } }],
    ["a tool of Anthropic's own", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
    [
      "a schema",
      { output_config: { format: { type: "json_schema", schema: { type: "object", properties: {}, additionalProperties: false } } } },
    ],
    ["stop sequences", { stop_sequences: ["END"] }],
  ])("takes %s", (_, body) => {
    expect(messageOf(body)).toBeNull();
  });

  it.each<[string, JsonObject, RegExp]>([
    ["no cap", { max_tokens: undefined }, /^max_tokens: Field required$/],
    ["a cap as text", { max_tokens: "5" }, /^max_tokens: Input should be a valid integer$/],
    ["a negative cap", { max_tokens: -1 }, /^max_tokens: /],
    ["a cap over the maximum", { max_tokens: 64_001 }, /^max_tokens: 64001 > 64000, which is the maximum .* claude-sonnet-4-5$/],
    ["no messages", { messages: undefined }, /^messages: Field required$/],
    ["empty messages", { messages: [] }, /^messages: at least one message is required$/],
    ["a system message", { messages: [{ role: "system", content: "s" }, USER] }, /^messages: Unexpected role "system"/],
    ["an unknown role", { messages: [{ role: "tool", content: "s" }] }, /^messages\.0\.role: /],
    [
      "an empty message",
      { messages: [USER, { role: "assistant", content: "" }, USER] },
      /^messages\.1: all messages must have non-empty content/,
    ],
    [
      "an empty text block",
      { messages: [{ role: "user", content: [{ type: "text", text: "" }] }] },
      /text content blocks must be non-empty/,
    ],
    [
      "an unknown block",
      { messages: [{ role: "user", content: [{ type: "image_url" }] }] },
      /^messages\.0\.content\.0: Input tag 'image_url'/,
    ],
    ["an image of another type", imageOf({ type: "base64", media_type: "image/bmp", data: "AA" }), /media_type/],
    ["an image without a source", imageOf({ type: "data" }), /source: Input tag 'data'/],
    ["trailing white space in a prefill", { messages: [USER, { role: "assistant", content: "a " }] }, /trailing whitespace/],
    [
      "a use without its result",
      { messages: [USER, USE, USER] },
      /^messages\.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1/,
    ],
    ["a result without its use", { messages: [USER, RESULT] }, /unexpected `tool_use_id` found in `tool_result` blocks: t1/],
    ["a field that it does not know", { n: 2 }, /^n: Extra inputs are not permitted$/],
    ["a high temperature", { temperature: 1.5 }, /^temperature: Input should be less than or equal to 1$/],
    ["temperature with top_p", { temperature: 0.5, top_p: 0.5 }, /cannot both be specified/],
    ["blank stop sequences", { stop_sequences: ["a", " \n"] }, /^stop_sequences\.1: each stop sequence must contain non-whitespace$/],
    ["an image as a system prompt", { system: [{ type: "image" }] }, /^system\.0\.type/],
    ["little thinking", { thinking: { type: "enabled", budget_tokens: 100 } }, /budget_tokens/],
    ["thinking beyond the cap", { thinking: { type: "enabled", budget_tokens: 5000 } }, /`max_tokens` must be greater/],
    ["thinking with a temperature", { thinking: { type: "enabled", budget_tokens: 1024 }, temperature: 0.5 }, /may only be set to 1/],
    [
      "thinking with a forced tool",
      { thinking: { type: "enabled", budget_tokens: 1024 }, tools: [TOOL], tool_choice: { type: "any" } },
      /forces tool use/,
    ],
    ["a tool without a schema", { tools: [{ name: "f" }] }, /^tools\.0\.custom\.input_schema: Field required$/],
    ["a tool's OpenAI form", { tools: [{ type: "function", function: { name: "f" } }] }, /^tools\.0: Input tag 'function'/],
    ["two tools of one name", { tools: [TOOL, TOOL] }, /must be unique/],
    ["a choice without tools", { tool_choice: { type: "any" } }, /while providing `tools`/],
    ["a choice as text", { tools: [TOOL], tool_choice: "auto" }, /^tool_choice: Input tag/],
    ["a choice of another tool", { tools: [TOOL], tool_choice: { type: "tool", name: "g" } }, /Tool 'g' not found/],
    ["an open schema", { output_config: { format: { type: "json_schema", schema: { type: "object" } } } }, /additionalProperties/],
  ])("refuses %s", (_, body, message) => {
    expect(messageOf(body)).toMatch(message);
  });

  it("wants a version", () => {
    expect(validateAnthropic({ max_tokens: 5, messages: [USER] }, "claude-sonnet-4-5", {})?.message).toBe(
      "anthropic-version: header is required",
    );
  });

  it.each<[string, JsonObject]>([
    ["claude-opus-4-7", { temperature: 1 }],
    ["claude-opus-5", { top_k: 5 }],
    ["claude-sonnet-5-5", { thinking: { type: "enabled", budget_tokens: 1024 } }],
    ["claude-opus-4-6", { messages: [USER, { role: "assistant", content: "(" }] }],
    ["claude-3-5-haiku-latest", { max_tokens: 8193 }],
  ])("lets %s refuse %j", (model, body) => {
    expect(messageOf(body, model)).not.toBeNull();
  });

  it.each<[string, JsonObject]>([
    ["claude-opus-4-6", { temperature: 0.5 }],
    ["claude-opus-4-1-20250805", { temperature: 0.5, top_p: 0.5 }],
    ["claude-opus-4-8", { messages: [USER, { role: "system", content: "s" }, USER], max_tokens: 128_000 }],
    ["any-other-model", { temperature: 0.5, top_p: 0.5, max_tokens: 1_000_000 }],
  ])("lets %s take %j", (model, body) => {
    expect(messageOf(body, model)).toBeNull();
  });
});
