import Anthropic, { APIError as AnthropicError } from "@anthropic-ai/sdk";
import OpenAI, { APIError as OpenaiError } from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type MockProvider, startMockProvider } from "./start-mock-provider.ts";

let mock: MockProvider;
let openai: OpenAI;
let anthropic: Anthropic;
beforeAll(async () => {
  mock = await startMockProvider();
  openai = new OpenAI({ baseURL: `${mock.url}/openai/v1`, apiKey: "any", maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: `${mock.url}/anthropic`, apiKey: "any", maxRetries: 0 });
});
afterAll(() => mock.close());
afterEach(async () => {
  await setLimits({});
  await fetch(`${mock.url}/ledger`, { method: "DELETE" });
});

async function setLimits(settings: object): Promise<void> {
  const response = await fetch(`${mock.url}/limits`, { method: "PUT", body: JSON.stringify(settings) });
  expect([response.status, await response.json()]).toMatchObject([200, {}]);
}

const messages: [{ role: "user"; content: string }] = [{ role: "user", content: "Why is the sky blue?" }];
const ask = (model = "gpt-4o", maxTokens = 5) => openai.chat.completions.create({ model, messages, max_tokens: maxTokens }).withResponse();
const askAnthropic = () => anthropic.messages.create({ model: "claude-sonnet-4-6", max_tokens: 5, messages }).withResponse();

async function errorOf(promise: PromiseLike<unknown>) {
  const reason: unknown = await Promise.resolve(promise).then(
    () => null,
    (error: unknown) => error,
  );
  if (reason instanceof OpenaiError || reason instanceof AnthropicError) return reason;
  throw new Error(`expected an API error, got ${String(reason)}`);
}

describe("enforced limits", () => {
  it("refuse in OpenAI's words, and tell only what they are asked to tell", async () => {
    await setLimits({ rules: [{ requests_per_minute: 1 }] });
    await ask();
    const error = await errorOf(ask());
    expect(error).toMatchObject({ status: 429, type: "requests", code: "rate_limit_exceeded" });
    expect([...(error.headers?.keys() ?? [])].filter((name) => /retry|ratelimit/.test(name))).toEqual([]);
    await vi.waitFor(() =>
      expect(mock.requests().at(-1)).toMatchObject({ outcome: "error", status: 429, refusedBy: "requests", counted: { output: 5 } }),
    );
  });

  it("tell a retry time and the state of the limits when they are asked to", async () => {
    await setLimits({ rules: [{ requests_per_minute: 1, tokens_per_minute: 60_000 }], retry_after: "seconds", headers: true });
    const { response } = await ask();
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "x-ratelimit-limit-requests": "1",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "1m0s",
      "x-ratelimit-limit-tokens": "60000",
      "x-ratelimit-reset-tokens": expect.stringMatching(/^\d+ms$/),
    });
    const error = await errorOf(ask());
    expect(error.headers?.get("retry-after")).toMatch(/^(59|60)$/);
    expect(error.headers?.get("x-ratelimit-remaining-requests")).toBe("0");
  });

  it("tell the retry time in milliseconds or as a date", async () => {
    await setLimits({ rules: [{ requests_per_minute: 1 }], retry_after: "ms" });
    await ask();
    expect(Number((await errorOf(ask())).headers?.get("retry-after-ms"))).toBeGreaterThan(50_000);
    await setLimits({ rules: [{ requests_per_minute: 1 }], retry_after: "date" });
    const date = Date.parse((await errorOf(ask())).headers?.get("retry-after") ?? "");
    expect(date - Date.now()).toBeGreaterThan(50_000);
  });

  it("refuse a request that can never fit as one, without a retry time", async () => {
    await setLimits({ rules: [{ tokens_per_minute: 1000 }], retry_after: "seconds" });
    const error = await errorOf(ask("gpt-4o", 2000));
    expect(error).toMatchObject({ status: 429, type: "tokens", code: "rate_limit_exceeded" });
    expect(error.message).toContain("Request too large");
    expect(error.headers?.get("retry-after")).toBeNull();
  });

  it("refuse in Anthropic's words, with its headers", async () => {
    await setLimits({ rules: [{ requests_per_minute: 1, output_tokens_per_minute: 600 }], headers: true });
    const { response } = await askAnthropic();
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "anthropic-ratelimit-requests-limit": "1",
      "anthropic-ratelimit-output-tokens-limit": "600",
      "anthropic-ratelimit-output-tokens-remaining": "5",
    });
    expect(await errorOf(askAnthropic())).toMatchObject({ status: 429, error: { error: { type: "rate_limit_error" } } });
    await setLimits({ rules: [{ requests_per_minute: 1 }], refusal_status: 529 });
    expect(await errorOf(askAnthropic())).toMatchObject({ status: 529, error: { error: { type: "overloaded_error" } } });
  });

  it("hold a place until the answer is over, and free it when the caller leaves", async () => {
    await setLimits({ rules: [{ per: "key_and_model", concurrent: 1 }] });
    const leave = new AbortController();
    const held = openai.chat.completions.create({ model: "gpt-4o-mock-no-headers", messages }, { signal: leave.signal });
    const isHeld = async () =>
      expect(await (await fetch(`${mock.url}/limits`)).json()).toMatchObject({
        scopes: [{ in_flight: 1, model: "gpt-4o-mock-no-headers" }],
      });
    held.catch(() => undefined);
    await vi.waitFor(isHeld);
    expect((await errorOf(ask("gpt-4o-mock-no-headers"))).status).toBe(429);
    await ask();
    leave.abort();
    await vi.waitFor(async () =>
      expect(await (await fetch(`${mock.url}/limits`)).json()).toMatchObject({ scopes: [{ in_flight: 0 }, { in_flight: 0 }] }),
    );
  });

  it("answer everything with 503 in an outage, whatever its key", async () => {
    await setLimits({ outage: { for_ms: 600_000 } });
    expect((await errorOf(ask())).status).toBe(503);
    expect((await errorOf(openai.withOptions({ apiKey: "invalid" }).models.list())).status).toBe(503);
    expect((await errorOf(askAnthropic())).status).toBe(503);
    await vi.waitFor(() => expect(mock.requests().map(({ refusedBy }) => refusedBy)).toEqual(["outage", "outage"]));
    await setLimits({});
    await ask();
  });

  it("let latencies pass faster with the clock, which the ledger's times do not follow", async () => {
    await setLimits({ clock_scale: 1000 });
    const before = Date.now();
    await ask("gpt-4o-mock-latency-60000");
    await vi.waitFor(() => expect(mock.requests().at(-1)).toMatchObject({ model: "gpt-4o-mock-latency-60000" }));
    const { startedMs = 0, endedMs = 0 } = mock.requests().at(-1) ?? {};
    expect([startedMs >= before, endedMs <= Date.now()]).toEqual([true, true]);
  });

  it("refuse settings that make no sense, and stay as they were", async () => {
    await setLimits({ rules: [{ concurrent: 3 }] });
    const response = await fetch(`${mock.url}/limits`, { method: "PUT", body: `{"rules": [{"concurrent": 0}]}` });
    expect([response.status, await response.json()]).toEqual([400, { error: { message: expect.stringContaining("rules.0.concurrent") } }]);
    expect(await (await fetch(`${mock.url}/limits`)).json()).toMatchObject({ rules: [{ concurrent: 3 }] });
  });
});

describe("the judge over HTTP", () => {
  it("judges what the ledger holds by the limits of the query", async () => {
    await Promise.all([ask(), ask(), ask("gpt-4o-mini"), askAnthropic()]);
    await vi.waitFor(() => expect(mock.requests()).toHaveLength(4));
    const judgement = await (await fetch(`${mock.url}/ledger/judgement?wire=openai&model=gpt-4o*&key=any&requests_per_minute=2`)).json();
    const perCall = 5 + (mock.requests()[0]?.counted?.input ?? 0);
    expect(judgement).toMatchObject({
      from: expect.any(Number),
      requests: { total: 3, most: 3, over: 1 },
      tokens: { total: 3 * perCall, over: null, use: null },
      refused: {},
    });
    expect((await fetch(`${mock.url}/ledger/judgement?limit=5`)).status).toBe(400);
  });
});
