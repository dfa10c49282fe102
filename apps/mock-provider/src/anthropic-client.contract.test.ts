import Anthropic, { APIError } from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MockProvider, startMockProvider } from "./start-mock-provider.ts";
import { collect } from "./testing/collect.ts";

let mock: MockProvider;
let client: Anthropic;
beforeAll(async () => {
  mock = await startMockProvider();
  client = new Anthropic({ baseURL: `${mock.url}/anthropic`, apiKey: "any", maxRetries: 0 });
});
afterAll(() => mock.close());

const messages: Anthropic.MessageParam[] = [{ role: "user", content: "Why is the sky blue?" }];
const base = { model: "claude-sonnet-4-6", max_tokens: 1000, messages };
const tool: Anthropic.Tool = {
  name: "weather",
  input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

async function failure(promise: PromiseLike<unknown>): Promise<APIError> {
  const error = await Promise.resolve(promise).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof APIError) return error;
  throw new Error(`expected an API error, got ${String(error)}`);
}

function textOf(message: Anthropic.Message): string {
  return message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

describe("the official Anthropic client", () => {
  it("gets a simulated answer with usage", async () => {
    const message = await client.messages.create(base);
    expect(message).toMatchObject({
      type: "message",
      role: "assistant",
      stop_reason: "end_turn",
      model: "claude-sonnet-4-6",
      stop_sequence: null,
    });
    expect(textOf(message)).toMatch(/^\[simulated claude-sonnet-4-6\] /);
    expect(mock.requests().at(-1)).toMatchObject({
      wire: "anthropic",
      billed: { input: message.usage.input_tokens, output: message.usage.output_tokens },
    });
  });

  it("streams the answer that it gives without a stream", async () => {
    const whole = await client.messages.create(base);
    const stream = client.messages.stream(base);
    const types: string[] = [];
    stream.on("streamEvent", (event) => types.push(event.type));
    const final = await stream.finalMessage();
    expect(final.content).toEqual(whole.content);
    expect(final.usage).toMatchObject({ input_tokens: whole.usage.input_tokens, output_tokens: whole.usage.output_tokens });
    expect([types[0], types.at(-1)]).toEqual(["message_start", "message_stop"]);
  });

  it.each([false, true])("calls a forced tool (stream: %s)", async (isStream) => {
    const params = { ...base, tools: [tool], tool_choice: { type: "any" as const } };
    const message = isStream ? await client.messages.stream(params).finalMessage() : await client.messages.create(params);
    expect(message.stop_reason).toBe("tool_use");
    expect(message.content).toEqual([
      expect.objectContaining({
        type: "tool_use",
        id: expect.stringMatching(/^toolu_/),
        name: "weather",
        input: { city: expect.any(String) },
      }),
    ]);
  });

  it("goes on in text after a tool's result", async () => {
    const params = { ...base, model: "claude-sonnet-4-6-mock-tool-call", tools: [tool] };
    const first = await client.messages.create(params);
    const use = first.content.find((block) => block.type === "tool_use");
    const next = await client.messages.create({
      ...params,
      messages: [
        ...messages,
        { role: "assistant", content: first.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: use?.id ?? "", content: "sunny" }] },
      ],
    });
    expect(next.stop_reason).toBe("end_turn");
    expect(textOf(next)).toContain("[simulated");
  });

  it("answers by a schema", async () => {
    const schema = { type: "object", properties: { title: { type: "string" } }, required: ["title"], additionalProperties: false };
    const message = await client.messages.create({ ...base, output_config: { format: { type: "json_schema", schema } } });
    expect(JSON.parse(textOf(message))).toEqual({ title: expect.stringContaining("[simulated") });
  });

  it("thinks visibly when told to, streamed and not", async () => {
    const params = { ...base, model: "claude-sonnet-4-6-mock-reasoning-5" };
    for (const message of [await client.messages.create(params), await client.messages.stream(params).finalMessage()]) {
      expect(message.content.map(({ type }) => type)).toEqual(["thinking", "text"]);
      expect(message.content[0]).toMatchObject({ thinking: expect.stringContaining("[simulat"), signature: expect.any(String) });
    }
  });

  it.each([
    ["refusal", "refusal", /^$/],
    ["content-filter", "refusal", /^\[simulated/],
    ["empty", "end_turn", /^$/],
    ["truncated", "max_tokens", /^\[simulated/],
  ])("ends as told by %s, streamed and not", async (directive, stopReason, text) => {
    const params = { ...base, model: `claude-sonnet-4-6-mock-${directive}` };
    for (const message of [await client.messages.create(params), await client.messages.stream(params).finalMessage()]) {
      expect(message.stop_reason).toBe(stopReason);
      expect(textOf(message)).toMatch(text);
    }
  });

  it("stops at the cap and at a stop sequence", async () => {
    const whole = textOf(await client.messages.create(base));
    const capped = await client.messages.create({ ...base, max_tokens: 4 });
    expect([capped.stop_reason, capped.usage.output_tokens]).toEqual(["max_tokens", 4]);
    const stopText = whole.slice(40, 46);
    const stopped = await client.messages.create({ ...base, stop_sequences: [stopText] });
    expect([stopped.stop_reason, stopped.stop_sequence, textOf(stopped)]).toEqual([
      "stop_sequence",
      stopText,
      whole.slice(0, whole.indexOf(stopText)),
    ]);
  });

  it("counts cached input apart", async () => {
    const { usage } = await client.messages.create({ ...base, model: "claude-sonnet-4-6-mock-cached-5" });
    expect(usage).toMatchObject({ cache_read_input_tokens: 5, input_tokens: (mock.requests().at(-1)?.billed.input ?? 0) - 5 });
  });

  it.each([
    [400, "invalid_request_error"],
    [401, "authentication_error"],
    [402, "billing_error"],
    [403, "permission_error"],
    [404, "not_found_error"],
    [408, "timeout_error"],
    [409, "conflict_error"],
    [413, "request_too_large"],
    [422, "invalid_request_error"],
    [429, "rate_limit_error"],
    [500, "api_error"],
    [502, "api_error"],
    [503, "api_error"],
    [504, "timeout_error"],
    [529, "overloaded_error"],
  ])("turns %d into its error", async (status, type) => {
    const error = await failure(client.messages.create({ ...base, model: `claude-sonnet-4-6-mock-error-${status}` }));
    expect(error).toMatchObject({
      status,
      requestID: expect.stringMatching(/^req_/),
      error: { type: "error", error: { type }, request_id: expect.any(String) },
    });
  });

  it("sends its own rate limit headers", async () => {
    const error = await failure(
      client.messages.create({ ...base, model: "claude-sonnet-4-6-mock-error-429-ratelimit-requests-50-0-30-retry-after-30" }),
    );
    expect(Object.fromEntries(error.headers ?? [])).toMatchObject({
      "retry-after": "30",
      "anthropic-ratelimit-requests-limit": "50",
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
  });

  it("reports an error in the middle of a stream", async () => {
    const stream = client.messages.stream({ ...base, model: "claude-sonnet-4-6-mock-stream-error-2" });
    const error = await failure(stream.finalMessage());
    expect(error.error).toMatchObject({ error: { type: "overloaded_error" } });
    expect(mock.requests().at(-1)).toMatchObject({ status: 200, outcome: "error" });
  });

  it.each([
    ["no-such-model", 404, /^404 .*model: no-such-model/],
    ["claude-sonnet-4-6-mock-context-length", 400, /prompt is too long/],
    ["claude-sonnet-4-6-mock-quota", 400, /credit balance is too low/],
  ])("refuses %s", async (model, status, message) => {
    const error = await failure(client.messages.create({ ...base, model }));
    expect(error.status).toBe(status);
    expect(error.message).toMatch(message);
  });

  it("refuses a bad key and the lack of one", async () => {
    expect((await failure(client.withOptions({ apiKey: "invalid" }).messages.create(base))).status).toBe(401);
    const response = await fetch(`${mock.url}/anthropic/v1/messages`, {
      method: "POST",
      body: JSON.stringify(base),
      headers: { "anthropic-version": "2023-06-01" },
    });
    expect([response.status, await response.json()]).toMatchObject([401, { error: { message: "x-api-key header is required" } }]);
  });

  it("lists models", async () => {
    expect((await collect(client.models.list())).map(({ id }) => id)).toContain("claude-sonnet-4-6");
  });
});
