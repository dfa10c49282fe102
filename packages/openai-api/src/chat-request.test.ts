import { ApiError } from "@composite-llm/core";
import { describe, expect, test } from "vitest";
import { parseChatRequest } from "./chat-request.ts";

const user = { role: "user", content: "Hello" };
const call = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
const calling = { role: "assistant", content: null, tool_calls: [call] };
const answering = { role: "tool", tool_call_id: "call_1", content: "42" };
const tool = { type: "function", function: { name: "f", parameters: { type: "object" } } };

const body = (fields: object): object => ({ model: "m", messages: [user], ...fields });

function refusalOf(value: unknown): [param: string | null, message: string] {
  try {
    parseChatRequest(value);
  } catch (error) {
    if (error instanceof ApiError) return [error.body.param, error.message];
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a chat completion request", () => {
  test("keeps the client's messages as the very same objects", () => {
    const messages = [
      { role: "system", content: "Be brief.", cache_control: { type: "ephemeral" } },
      {
        content: [
          { text: "What is this?", type: "text" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA", detail: "low" } },
          { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
          { type: "file", file: { file_data: "AAAA", filename: "a.pdf" } },
          { type: "video_url", video_url: { url: "x" } },
        ],
        role: "user",
      },
      calling,
      answering,
    ];
    const request = parseChatRequest({ model: "m", messages });
    expect(request.messages).toBe(messages);
    expect(JSON.stringify(request.messages)).toBe(JSON.stringify(messages));
  });

  test("hands every field on but those that are about the request itself", () => {
    const request = parseChatRequest(
      body({
        stream: true,
        stream_options: { include_usage: true },
        temperature: 0.5,
        top_k: 40,
        tools: [tool],
        user: null,
        own_null: null,
        background: false,
      }),
    );
    expect(request).toMatchObject({ model: "m", stream: true, includeUsage: true });
    expect(request.fields).toEqual({ temperature: 0.5, top_k: 40, tools: [tool], own_null: null });
  });

  test("folds max_completion_tokens into max_tokens", () => {
    expect(parseChatRequest(body({ max_completion_tokens: 7 })).fields).toEqual({ max_tokens: 7 });
    expect(parseChatRequest(body({ max_completion_tokens: 7, max_tokens: 7 })).fields).toEqual({ max_tokens: 7 });
  });

  test.each([
    ["a string", "text", null, /must be a JSON object/],
    ["a list", [], null, /must be a JSON object/],
    ["without a model", { messages: [user] }, "model", /model is missing: it must be a string/],
    ["with an empty model", body({ model: "" }), "model", /must not be empty/],
    ["with a number as model", body({ model: 5 }), "model", /must be a string, not a number/],
    ["without messages", { model: "m" }, "messages", /messages is missing: it must be a list/],
    ["with no message", body({ messages: [] }), "messages", /at least 1 item/],
    ["with a message that is text", body({ messages: ["Hello"] }), "messages[0]", /must be an object, not a string/],
    ["with a message that is null", body({ messages: [user, null] }), "messages[1]", /must be an object, not null/],
    ["without a role", body({ messages: [{ content: "Hello" }] }), "messages[0].role", /is missing: it must be one of developer, system/],
    ["with an unknown role", body({ messages: [{ role: "robot", content: "x" }] }), "messages[0].role", /must be one of developer, system/],
    ["without content", body({ messages: [{ role: "user" }] }), "messages[0].content", /is missing: it must be a string or a list/],
    ["with null content", body({ messages: [{ role: "user", content: null }] }), "messages[0].content", /must be a string or a list/],
    ["with a number as content", body({ messages: [{ role: "user", content: 1 }] }), "messages[0].content", /must be a string or a list/],
    ["with no part", body({ messages: [{ role: "user", content: [] }] }), "messages[0].content", /at least 1 item/],
    [
      "with a part of an unknown type",
      body({ messages: [{ role: "user", content: [{ type: "smell" }] }] }),
      "messages[0].content[0].type",
      /one of text, image_url/,
    ],
    [
      "with a text part without text",
      body({ messages: [{ role: "user", content: [{ type: "text" }] }] }),
      "messages[0].content[0].text",
      /is missing/,
    ],
    [
      "with an image that is no object",
      body({
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "a" },
              { type: "image_url", image_url: "https://example.org/a.png" },
            ],
          },
        ],
      }),
      "messages[0].content[1].image_url",
      /must be an object, not a string/,
    ],
    [
      "with an image for the system",
      body({ messages: [{ role: "system", content: [{ type: "image_url" }] }] }),
      "messages[0].content[0].type",
      /only text/,
    ],
    [
      "with an empty assistant message",
      body({ messages: [user, { role: "assistant" }] }),
      "messages[1].content",
      /has content or tool_calls/,
    ],
    [
      "with a tool message without its id",
      body({ messages: [user, calling, { role: "tool", content: "x" }] }),
      "messages[2].tool_call_id",
      /is missing/,
    ],
    ["with a tool message that nobody asked for", body({ messages: [user, answering] }), "messages[1].tool_call_id", /does not match/],
    [
      "with a tool message for another call",
      body({ messages: [user, calling, { ...answering, tool_call_id: "call_2" }] }),
      "messages[2].tool_call_id",
      /does not match/,
    ],
    ["with a tool call that is not answered", body({ messages: [user, calling, user] }), "messages[1].tool_calls", /call_1/],
    ["that ends in a tool call", body({ messages: [user, calling] }), "messages[1].tool_calls", /call_1/],
    [
      "with arguments that are no string",
      body({ messages: [user, { role: "assistant", tool_calls: [{ ...call, function: { name: "f", arguments: {} } }] }, answering] }),
      "messages[1].tool_calls[0].function.arguments",
      /must be a string, not an object/,
    ],
    ["with text as temperature", body({ temperature: "hot" }), "temperature", /must be a number, not a string/],
    ["that is too hot", body({ temperature: 2.5 }), "temperature", /must be at most 2/],
    ["that is too cold", body({ temperature: -0.1 }), "temperature", /must be at least 0/],
    ["with top_p above 1", body({ top_p: 1.1 }), "top_p", /must be at most 1/],
    ["with a penalty below -2", body({ presence_penalty: -3 }), "presence_penalty", /at least -2/],
    ["with n 0", body({ n: 0 }), "n", /must be at least 1/],
    ["with n 129", body({ n: 129 }), "n", /must be at most 128/],
    ["with half a choice", body({ n: 1.5 }), "n", /must be a whole number/],
    ["with no token", body({ max_tokens: 0 }), "max_tokens", /at least 1/],
    ["with negative tokens", body({ max_completion_tokens: -1 }), "max_completion_tokens", /at least 1/],
    ["with two output caps", body({ max_tokens: 1, max_completion_tokens: 2 }), "max_tokens", /differ/],
    ["with five stops", body({ stop: ["a", "b", "c", "d", "e"] }), "stop", /at most 4 items/],
    ["with a number as stop", body({ stop: 1 }), "stop", /must be a string or a list of up to 4 strings/],
    ["with a bias out of range", body({ logit_bias: { "50256": 101 } }), "logit_bias.50256", /at most 100/],
    ["with top_logprobs alone", body({ top_logprobs: 2 }), "top_logprobs", /logprobs: true/],
    ["with text as stream", body({ stream: "yes" }), "stream", /must be true or false, not a string/],
    ["with stream_options but no stream", body({ stream_options: { include_usage: true } }), "stream_options", /stream: true/],
    ["with stream_options that are a list", body({ stream: true, stream_options: [] }), "stream_options", /must be an object, not a list/],
    ["with no tool", body({ tools: [] }), "tools", /at least 1 item/],
    ["with a tool without a type", body({ tools: [{}] }), "tools[0].type", /is missing/],
    ["with a function without a name", body({ tools: [{ type: "function", function: {} }] }), "tools[0].function.name", /is missing/],
    [
      "with a function's name with a space",
      body({ tools: [{ type: "function", function: { name: "a b" } }] }),
      "tools[0].function.name",
      /letters, digits/,
    ],
    ["with a choice but no tools", body({ tool_choice: "auto" }), "tool_choice", /needs tools/],
    ["with an unknown choice", body({ tools: [tool], tool_choice: "maybe" }), "tool_choice", /none, auto, required/],
    [
      "with a choice of another tool",
      body({ tools: [tool], tool_choice: { type: "function", function: { name: "g" } } }),
      "tool_choice",
      /"g"/,
    ],
    ["with parallel_tool_calls but no tools", body({ parallel_tool_calls: true }), "parallel_tool_calls", /needs tools/],
    ["with an unknown response format", body({ response_format: { type: "xml" } }), "response_format.type", /one of text, json_object/],
    [
      "with a schema format without a schema",
      body({ response_format: { type: "json_schema" } }),
      "response_format.json_schema",
      /is missing/,
    ],
    ["with functions", body({ functions: [] }), "functions", /send tools/],
    ["in the background", body({ background: true }), "background", /\/v1\/runs/],
    ["with text as webhook", body({ webhook: "https://example.org/" }), "webhook", /must be an object/],
    ["with a webhook without a secret", body({ webhook: { url: "https://example.org/" } }), "webhook.secret", /is missing/],
    ["with a webhook that has more", body({ webhook: { url: "u", secret: "s", headers: {} } }), "webhook.headers", /headers/],
    ["with a list of options", body({ composite: [] }), "composite", /must be an object, not a list/],
    ["with text as optional_params", body({ optional_params: "x" }), "optional_params", /must be an object, not a string/],
  ])("is refused %s", (_case, value, param, message) => {
    const [refusedParam, said] = refusalOf(value);
    expect(refusedParam).toBe(param);
    expect(said).toMatch(message);
  });

  test("may be a run in the background, which waits for nobody", () => {
    expect(() => parseChatRequest(body({ background: true }), "runs")).not.toThrow();
    expect(() => parseChatRequest(body({ background: false }), "runs")).toThrow(/chat\/completions/);
  });

  test("keeps its webhook apart from what goes to models", () => {
    const webhook = { url: "https://example.org/", secret: "billing" };
    expect(parseChatRequest(body({ webhook }))).toMatchObject({ webhook, fields: {} });
    expect(parseChatRequest(body({})).webhook).toBe(null);
  });

  test("takes tools of vendors, assistant refusals and answered parallel calls", () => {
    const two = { role: "assistant", tool_calls: [call, { ...call, id: "call_2" }] };
    const messages = [
      user,
      { role: "assistant", content: [{ type: "refusal", refusal: "No." }] },
      user,
      two,
      { ...answering, tool_call_id: "call_2" },
      answering,
    ];
    expect(() => parseChatRequest(body({ messages, tools: [tool, { type: "web_search" }], tool_choice: "required" }))).not.toThrow();
  });
});
