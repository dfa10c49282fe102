import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ApiError } from "@composite-llm/core";
import { buildTestGateway, type TestGateway } from "../testing/build-test-gateway.ts";
import { toCompletion } from "../testing/to-completion.ts";

const model = "composite/moa/openai/gpt-5";
const messages = [{ role: "user" as const, content: "Hello" }];

let gateway: TestGateway;
let client: OpenAI;

describe("the official client", () => {
  beforeAll(async () => {
    gateway = await buildTestGateway();
    const url = await gateway.app.listen({ host: "127.0.0.1", port: 0 });
    client = new OpenAI({ apiKey: "anything", baseURL: `${url}/v1`, maxRetries: 0 });
  });

  afterAll(() => gateway.shutdown(0));

  beforeEach(() => {
    gateway.gate.onSubmit = (run) => {
      for (const text of ["Hel", "lo ", "you"]) run.emit("delta", { step: "final", stream_attempt: 1, text });
      run.emit("finished", { completion: toCompletion(run, { message: { content: "Hello you" } }) });
    };
  });

  test("reads a completion, its usage and its request id", async () => {
    const completion = await client.chat.completions.create({ model, messages });
    expect(completion.choices[0]?.message.content).toBe("Hello you");
    expect(completion.usage?.total_tokens).toBe(17);
    expect(completion).toHaveProperty("_request_id", expect.stringMatching(/^req_/));
  });

  test("reads a stream chunk by chunk", async () => {
    const stream = await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } });
    let text = "";
    let tokens = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      tokens += chunk.usage?.total_tokens ?? 0;
    }
    expect(text).toBe("Hello you");
    expect(tokens).toBe(17);
  });

  test("puts a stream together with its own helper", async () => {
    const runner = client.chat.completions.stream({ model, messages });
    const completion = await runner.finalChatCompletion();
    expect(completion.choices[0]).toMatchObject({ finish_reason: "stop", message: { role: "assistant", content: "Hello you" } });
  });

  test("puts streamed tool calls together with its own helper", async () => {
    const calls = [
      { id: "call_1", type: "function" as const, function: { name: "f", arguments: '{"a":1}' } },
      { id: "call_2", type: "function" as const, function: { name: "g", arguments: "{}" } },
    ];
    gateway.gate.onSubmit = (run) => {
      run.emit("delta", { step: "final", stream_attempt: 1, tool_calls: [{ index: 0, id: "call_1", name: "f" }] });
      run.emit("delta", { step: "final", stream_attempt: 1, tool_calls: [{ index: 0, arguments: '{"a"' }] });
      run.emit("delta", { step: "final", stream_attempt: 1, tool_calls: [{ index: 0, arguments: ":1}" }] });
      run.emit("delta", { step: "final", stream_attempt: 1, tool_calls: [{ index: 1, id: "call_2", name: "g", arguments: "{}" }] });
      run.emit("finished", { completion: toCompletion(run, { message: { tool_calls: calls }, finishReason: "tool_calls" }) });
    };
    const tools = ["f", "g"].map((name) => ({ type: "function" as const, function: { name } }));
    const completion = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
    expect(completion.choices[0]?.finish_reason).toBe("tool_calls");
    expect(completion.choices[0]?.message.tool_calls).toEqual(calls.map((call) => expect.objectContaining(call) as object));
  });

  test("retrieves and lists models", async () => {
    expect((await client.models.retrieve(model)).id).toBe(model);
    const ids = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(Array.isArray(ids)).toBe(true);
  });

  test("throws the error that it knows for each status", async () => {
    const ask = (fields: object) =>
      client.chat.completions.create({ model, messages, ...fields } as OpenAI.ChatCompletionCreateParamsNonStreaming);
    await expect(ask({ temperature: 9 })).rejects.toThrow(BadRequestError);
    await expect(ask({ temperature: 9 })).rejects.toMatchObject({ status: 400, code: "invalid_request", param: "temperature" });
    await expect(ask({ model: "composite/magic/openai/gpt-5" })).rejects.toThrow(NotFoundError);
    await expect(client.models.retrieve("nobody/x")).rejects.toMatchObject({ status: 404, code: "model_not_found", param: "model" });
    gateway.gate.onSubmit = (run) => {
      const error = new ApiError("provider_rate_limited", "All were.", { retryAfterMs: 10 });
      run.emit("error", { status: error.status, headers: error.headers, error: error.body });
    };
    await expect(ask({})).rejects.toThrow(RateLimitError);
  });

  test("throws in the middle of a stream that fails", async () => {
    gateway.gate.onSubmit = (run) => {
      run.emit("delta", { step: "final", stream_attempt: 1, text: "Hel" });
      const error = new ApiError("upstream_error", "Gone.", { composite: { run_id: run.run } });
      run.emit("error", { status: error.status, headers: error.headers, error: error.body });
    };
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    let text = "";
    const reading = (async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    })();
    await expect(reading).rejects.toThrow(APIError);
    await expect(reading).rejects.toMatchObject({ code: "upstream_error" });
    expect(text).toBe("Hel");
  });

  test("is told when its key is not known", async () => {
    const guarded = await buildTestGateway({ yaml: "version: 1\napi_keys: [{ name: a, key: right-key }]\n" });
    const baseURL = `${await guarded.app.listen({ host: "127.0.0.1", port: 0 })}/v1`;
    const ask = (apiKey: string) => new OpenAI({ apiKey, baseURL, maxRetries: 0 }).models.retrieve(model);
    await expect(ask("wrong-key")).rejects.toThrow(AuthenticationError);
    expect((await ask("right-key")).id).toBe(model);
    await guarded.shutdown(0);
  });
});
