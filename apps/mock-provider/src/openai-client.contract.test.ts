import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type MockProvider, startMockProvider } from "./start-mock-provider.ts";
import { collect } from "./testing/collect.ts";

let mock: MockProvider;
let client: OpenAI;
beforeAll(async () => {
  mock = await startMockProvider();
  client = new OpenAI({ baseURL: `${mock.url}/openai/v1`, apiKey: "any", maxRetries: 0 });
});
afterAll(() => mock.close());

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "Why is the sky blue?" }];
const tool: OpenAI.ChatCompletionFunctionTool = {
  type: "function",
  function: {
    name: "weather",
    parameters: { type: "object", properties: { city: { type: "string" }, days: { type: "integer", minimum: 1 } }, required: ["city"] },
  },
};

async function failure(promise: PromiseLike<unknown>): Promise<APIError> {
  const error = await Promise.resolve(promise).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof APIError) return error;
  throw new Error(`expected an API error, got ${String(error)}`);
}

describe("the official OpenAI client", () => {
  it("gets a simulated answer with usage", async () => {
    const { choices, usage, model, id } = await client.chat.completions.create({ model: "gpt-5", messages });
    expect(choices).toHaveLength(1);
    expect(choices[0]).toMatchObject({
      index: 0,
      finish_reason: "stop",
      message: { role: "assistant", content: expect.stringMatching(/^\[simulated gpt-5\] /) },
    });
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
    expect([model, id]).toEqual(["gpt-5", expect.stringMatching(/^chatcmpl-/)]);
    expect(mock.requests().at(-1)?.billed).toEqual({ input: usage?.prompt_tokens, output: usage?.completion_tokens });
  });

  it("gets the same answer again, and another one for another step or seed", async () => {
    const ask = async (headers: Record<string, string> = {}, from = client): Promise<string | null | undefined> =>
      (await from.chat.completions.create({ model: "gpt-5", messages }, { headers })).choices[0]?.message.content;
    const first = await ask();
    expect(await ask()).toBe(first);
    expect(await ask({ "x-composite-step": "propose.0.1" })).not.toBe(first);
    expect(await ask({ "x-composite-run": "r", "x-composite-cell": "9", "x-composite-try": "2" })).toBe(first);
    const other = await startMockProvider({ seed: 2 });
    expect(await ask({}, new OpenAI({ baseURL: `${other.url}/openai/v1`, apiKey: "any" }))).not.toBe(first);
    await other.close();
  });

  it("streams the answer that it gives without a stream, with usage on the last chunk", async () => {
    const whole = await client.chat.completions.create({ model: "gpt-4o", messages });
    const stream = await client.chat.completions.create({
      model: "gpt-4o",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collect(stream);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe(whole.choices[0]?.message.content);
    expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(new Set(chunks.map((chunk) => `${chunk.id} ${chunk.created}`)).size).toBe(1);
  });

  it("sends no usage in a stream that did not ask for it", async () => {
    const chunks = await collect(await client.chat.completions.create({ model: "gpt-4o", messages, stream: true }));
    expect(chunks.some((chunk) => "usage" in chunk)).toBe(false);
    expect(mock.requests().at(-1)).toMatchObject({ usage: null, outcome: "completed", billed: { output: expect.any(Number) } });
  });

  it("serves the stream helper several choices side by side", async () => {
    const completion = await client.chat.completions.stream({ model: "gpt-4o-mock-chunk-4", messages, n: 3 }).finalChatCompletion();
    expect(new Set(completion.choices.map((choice) => choice.message.content)).size).toBe(3);
  });

  it.each([false, true])("calls a forced tool with arguments by its schema (stream: %s)", async (isStream) => {
    const params = { model: "gpt-5", messages, tools: [tool], tool_choice: "required" as const };
    const completion = isStream
      ? await client.chat.completions.stream(params).finalChatCompletion()
      : await client.chat.completions.create(params);
    const [choice] = completion.choices;
    expect(choice).toMatchObject({ finish_reason: "tool_calls", message: { content: null } });
    const [call] = choice?.message.tool_calls ?? [];
    if (call?.type !== "function") throw new Error("no call");
    expect(call.function.name).toBe("weather");
    expect(z.strictObject({ city: z.string(), days: z.int().min(1) }).parse(JSON.parse(call.function.arguments))).toBeDefined();
  });

  it("goes on in text after a tool's result", async () => {
    const model = "gpt-5-mock-tool-call-2";
    const first = (await client.chat.completions.create({ model, messages, tools: [tool] })).choices[0]?.message;
    expect(first?.tool_calls).toHaveLength(2);
    const results = (first?.tool_calls ?? []).map(({ id }) => ({ role: "tool", tool_call_id: id, content: "sunny" }) as const);
    const next = await client.chat.completions.create({
      model,
      tools: [tool],
      messages: [...messages, first as OpenAI.ChatCompletionMessage, ...results],
    });
    expect(next.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: expect.stringContaining("[simulated gpt-5]") } });
  });

  it("answers by a schema that the client parses", async () => {
    const shape = z.object({ title: z.string(), tags: z.array(z.enum(["a", "b"])).min(1), score: z.number().min(0).max(1) });
    const { choices } = await client.chat.completions.parse({
      model: "gpt-5",
      messages,
      response_format: zodResponseFormat(shape, "answer"),
    });
    expect(choices[0]?.message.parsed).toMatchObject({ title: expect.stringMatching(/^\[simulated gpt-5\]/) });
  });

  it("ranks labelled responses by a ballot's schema", async () => {
    const ballot = z.object({ critique: z.string(), ranking: z.array(z.enum(["Response A", "Response B", "Response C"])) });
    const content =
      'Rank these. <response label="Response A">1</response> <response label="Response B">2</response> <response label="Response C">3</response>';
    const vote = async (model: string): Promise<string[] | undefined> =>
      (
        await client.chat.completions.parse({
          model,
          messages: [{ role: "user", content }],
          response_format: zodResponseFormat(ballot, "ballot"),
        })
      ).choices[0]?.message.parsed?.ranking;
    expect((await vote("gpt-5"))?.toSorted()).toEqual(["Response A", "Response B", "Response C"]);
    expect(new Set(await vote("gpt-5-mock-ballot-invalid")).size).toBe(2);
  });

  it("gives logprobs for every token", async () => {
    const { choices, usage } = await client.chat.completions.create({ model: "gpt-4o", messages, logprobs: true, top_logprobs: 2 });
    const content = choices[0]?.logprobs?.content ?? [];
    expect(content.map(({ token }) => token).join("")).toBe(choices[0]?.message.content);
    expect(content).toHaveLength(usage?.completion_tokens ?? 0);
    expect(content[0]?.top_logprobs).toHaveLength(2);
  });

  it.each([
    ["content-filter", { finish_reason: "content_filter" }],
    ["refusal", { finish_reason: "stop", message: { content: null, refusal: expect.stringContaining("[simulated") } }],
    ["empty", { finish_reason: "stop", message: { content: "" } }],
    ["truncated", { finish_reason: "length" }],
    ["reasoning-3", { message: { reasoning_content: expect.any(String), content: expect.stringContaining("[simulated") } }],
  ])("ends as told by %s, streamed and not", async (directive, expected) => {
    const params = { model: `gpt-4o-mock-${directive}`, messages };
    const { choices } = await client.chat.completions.create(params);
    expect(choices[0]).toMatchObject(expected);
    const chunks = await collect(await client.chat.completions.create({ ...params, stream: true }));
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe(choices[0]?.finish_reason);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe(choices[0]?.message.content ?? "");
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.refusal ?? "").join("")).toBe(choices[0]?.message.refusal ?? "");
  });

  it.each([
    ["usage-zero", { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
    ["usage-null", null],
    ["usage-none", undefined],
    ["usage-x10-tokens-5", { completion_tokens: 50 }],
    ["cached-3", { prompt_tokens_details: { cached_tokens: 3 } }],
  ])("tells usage as asked by %s, and bills the truth", async (directive, expected) => {
    const { usage } = await client.chat.completions.create({ model: `gpt-4o-mock-${directive}`, messages });
    if (expected === null || expected === undefined) expect(usage).toBe(expected);
    else expect(usage).toMatchObject(expected);
    expect(mock.requests().at(-1)?.billed.input).toBeGreaterThan(3);
  });

  it.each([
    [400, BadRequestError, null],
    [401, AuthenticationError, "invalid_api_key"],
    [403, PermissionDeniedError, "unsupported_country_region_territory"],
    [404, NotFoundError, "model_not_found"],
    [408, APIError, "request_timeout"],
    [409, ConflictError, "conflict"],
    [413, APIError, "request_too_large"],
    [422, UnprocessableEntityError, "unprocessable_entity"],
    [429, RateLimitError, "rate_limit_exceeded"],
    [500, InternalServerError, null],
    [502, InternalServerError, "bad_gateway"],
    [503, InternalServerError, "service_unavailable"],
    [529, InternalServerError, "overloaded"],
  ])("turns %d into the client's error class", async (status, kind, code) => {
    const error = await failure(client.chat.completions.create({ model: `gpt-5-mock-error-${status}`, messages, stream: true }));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ status, code, requestID: expect.stringMatching(/^req_/) });
    expect(mock.requests().at(-1)).toMatchObject({ status, outcome: "error", billed: { input: 0, output: 0 } });
  });

  it.each([
    ["retry-after-2", { "retry-after": "2" }],
    ["retry-after-0", { "retry-after": "0" }],
    ["retry-after-86400", { "retry-after": "86400" }],
    ["retry-after-m5", { "retry-after": "-5" }],
    ["retry-after-junk", { "retry-after": "soon" }],
    ["retry-after-ms-250", { "retry-after-ms": "250" }],
    ["should-retry-false", { "x-should-retry": "false" }],
    [
      "ratelimit-requests-10-0-90",
      { "x-ratelimit-limit-requests": "10", "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s" },
    ],
    ["ratelimit-tokens-5-m1-2", { "x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "2s" }],
  ])("sends the headers of %s", async (directive, expected) => {
    const { headers } = await failure(client.chat.completions.create({ model: `gpt-5-mock-error-429-${directive}`, messages }));
    expect(Object.fromEntries(headers ?? [])).toMatchObject(expected);
  });

  it("sends no retry-after unless asked, and a date when asked", async () => {
    const plain = await failure(client.chat.completions.create({ model: "gpt-5-mock-error-429", messages }));
    expect(plain.headers?.has("retry-after")).toBe(false);
    const dated = await failure(client.chat.completions.create({ model: "gpt-5-mock-error-429-retry-after-date-60", messages }));
    const inMs = Date.parse(dated.headers?.get("retry-after") ?? "") - Date.now();
    expect(inMs).toBeGreaterThan(50_000);
    expect(inMs).toBeLessThan(61_000);
  });

  it.each([
    ["gpt-5-mock-context-length", 400, "context_length_exceeded"],
    ["gpt-5-mock-quota", 429, "insufficient_quota"],
    ["gpt-5-mock-content-filter-error", 400, "content_filter"],
    ["no-such-model", 404, "model_not_found"],
    ["vendor/no-such-model", 404, "model_not_found"],
    ["gpt-5-mock-no-such-directive", 400, "mock_directive"],
  ])("refuses %s", async (model, status, code) => {
    expect(await failure(client.chat.completions.create({ model, messages }))).toMatchObject({ status, code });
  });

  it.each(["invalid", "bad-key"])("refuses the key %s", async (apiKey) => {
    const error = await failure(client.withOptions({ apiKey }).chat.completions.create({ model: "gpt-5", messages }));
    expect(error).toMatchObject({ status: 401, code: "invalid_api_key" });
  });

  it("takes directives from a header", async () => {
    const error = await failure(client.chat.completions.create({ model: "gpt-5", messages }, { headers: { "x-mock": "error-503" } }));
    expect(error.status).toBe(503);
  });

  it("fails the first tries of a step and then answers", async () => {
    const ask = (step: string) =>
      client.chat.completions.create(
        { model: "gpt-5-mock-fail-first-2-503", messages },
        { headers: { "x-composite-run": "r", "x-composite-step": step } },
      );
    expect((await failure(ask("propose.0.0"))).status).toBe(503);
    expect((await failure(ask("propose.0.1"))).status).toBe(503);
    expect((await failure(ask("propose.0.0"))).status).toBe(503);
    expect((await ask("propose.0.0")).choices).toHaveLength(1);
    expect((await failure(ask("propose.0.1"))).status).toBe(503);
    expect((await ask("propose.0.1")).choices).toHaveLength(1);
  });

  it("is repeated by the client's own retries as a real provider would be", async () => {
    const retrying = client.withOptions({ maxRetries: 2 });
    const { choices } = await retrying.chat.completions.create({ model: "gpt-5-mock-fail-first-2-429-retry-after-ms-1", messages });
    expect(choices).toHaveLength(1);
  });

  it("refuses what a reasoning model does not take", async () => {
    const error = await failure(client.chat.completions.create({ model: "gpt-5", messages, max_tokens: 5 }));
    expect(error).toMatchObject({ status: 400, code: "unsupported_parameter", param: "max_tokens", type: "invalid_request_error" });
  });

  it("echoes the request without its key", async () => {
    const { choices } = await client.chat.completions.create({ model: "gpt-5-mock-echo", messages, seed: 7 });
    const { body, headers } = JSON.parse(choices[0]?.message.content ?? "");
    expect(body).toEqual({ model: "gpt-5-mock-echo", messages, seed: 7 });
    expect(headers.authorization).toBe("***");
  });

  it("lists and shows models", async () => {
    const ids = (await collect(client.models.list())).map(({ id }) => id);
    expect(ids).toContain("gpt-5");
    expect(await client.models.retrieve("vendor/model")).toMatchObject({ id: "vendor/model", object: "model" });
    expect((await failure(client.models.retrieve("no-such-model"))).status).toBe(404);
  });
});
