import { Secret, systemClock } from "@composite-llm/core";
import { describe, expect, it, vi } from "vitest";
import { createProvider } from "../create-provider.ts";
import type { HttpFetch, HttpResponse } from "../http/http-fetch.ts";
import type { CallOptions, ProviderOutcome } from "../provider.ts";

async function* bytes(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

function answering(status: number, type: string, ...texts: string[]): HttpFetch {
  return async (): Promise<HttpResponse> => ({ status, headers: [["content-type", type]], body: bytes(...texts) });
}

function call(fetch: HttpFetch, options: Partial<CallOptions> = {}, baseUrl = "http://127.0.0.1:1/v1"): Promise<ProviderOutcome> {
  const connection = { preset: "openai", wire: "openai", baseUrl, apiKey: new Secret("sk-top-secret"), auth: "bearer" } as const;
  const provider = createProvider(connection, { fetch, clock: systemClock });
  const timeouts = { firstTokenMs: 5000, idleMs: 5000 };
  return provider.call(
    { model: "m", messages: [{ role: "user", content: "Hi" }], params: {} },
    { signal: new AbortController().signal, stream: false, timeouts, ...options },
  );
}

const COMPLETION = JSON.stringify({
  id: "c",
  model: "served",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
});

describe("a provider call", () => {
  it("settles when it is aborted although the network never does", async () => {
    const abort = new AbortController();
    const fetch = vi.fn<HttpFetch>(() => new Promise(() => undefined));
    const running = call(fetch, { signal: abort.signal });
    await vi.waitFor(() => expect(fetch).toHaveBeenCalled());
    abort.abort();
    expect(await running).toMatchObject({ kind: "cancelled", usage: null });
  });

  it("settles when time is over although the network never does", async () => {
    const outcome = await call(() => new Promise(() => undefined), { timeouts: { firstTokenMs: 10, idleMs: 10 }, stream: true });
    expect(outcome).toMatchObject({ kind: "failure", failure: { class: "timeout" } });
  });

  it("hands on an answer in one piece where a stream was asked for and none came", async () => {
    const onDelta = vi.fn<NonNullable<CallOptions["onDelta"]>>();
    const outcome = await call(answering(200, "application/json", COMPLETION), { stream: true, onDelta });
    expect(outcome).toMatchObject({ kind: "success", result: { servedModel: "served", choices: [{ message: { content: "Hello" } }] } });
    expect(onDelta).toHaveBeenCalledExactlyOnceWith({ choice: 0, text: "Hello" });
  });

  it("hands on a refusal that came in one piece to those alone who accept any answer", async () => {
    const refused = COMPLETION.replace('"content":"Hello"', '"content":null,"refusal":"No."');
    const onDelta = vi.fn<NonNullable<CallOptions["onDelta"]>>();
    const fetch = answering(200, "application/json", refused);
    expect(await call(fetch, { stream: true, onDelta })).toMatchObject({ kind: "failure", failure: { class: "refusal" } });
    expect(onDelta).not.toHaveBeenCalled();
    expect(await call(fetch, { stream: true, onDelta, acceptAnyAnswer: true })).toMatchObject({ kind: "success" });
    expect(onDelta).toHaveBeenCalledExactlyOnceWith({ choice: 0, refusal: "No." });
  });

  it("takes an answer for good whose stream breaks after the finish reason", async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":"stop"}]}\n\n');
      throw Object.assign(new Error("reset"), { code: "ECONNRESET" });
    }
    const fetch: HttpFetch = async () => ({ status: 200, headers: [], body: breaking() });
    expect(await call(fetch, { stream: true })).toMatchObject({ kind: "success", result: { usage: null } });
  });

  it("takes a stream without any event for a truncated answer", async () => {
    const outcome = await call(answering(200, "text/event-stream", ": ping\n\n"), { stream: true });
    expect(outcome).toMatchObject({ kind: "failure", failure: { class: "truncated" } });
  });

  it("keeps the key out of a message that quotes it", async () => {
    const body = JSON.stringify({ error: { message: "Incorrect API key provided: sk-top-secret" } });
    const outcome = await call(answering(401, "application/json", body));
    expect(outcome).toMatchObject({ failure: { class: "auth", message: "Incorrect API key provided: [secret]" } });
  });

  it("passes on what the caller's own callback throws", async () => {
    const stream = 'data: {"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":"stop"}]}\n\n';
    const onDelta = (): never => {
      throw new RangeError("the caller's own");
    };
    await expect(call(answering(200, "text/event-stream", stream), { stream: true, onDelta })).rejects.toThrow("the caller's own");
  });

  it("does not follow a redirect", async () => {
    expect(await call(answering(307, "text/html", "moved"))).toMatchObject({ failure: { class: "invalid_response", status: 307 } });
  });

  it("is unavailable, and does not throw, at an address that is none", async () => {
    expect(await call(answering(200, "", ""), {}, "no address")).toMatchObject({ kind: "failure", failure: { class: "unavailable" } });
  });

  it("tells the provider's limits as they are to be read when the answer is complete", async () => {
    let ms = 0;
    async function* slow(): AsyncGenerator<Uint8Array> {
      ms += 700;
      yield Buffer.from(COMPLETION);
    }
    const headers: [string, string][] = [
      ["content-type", "application/json"],
      ["x-ratelimit-remaining-requests", "0"],
      ["x-ratelimit-reset-requests", "1s"],
      ["x-ratelimit-limit-tokens", "50"],
      ["x-ratelimit-remaining-tokens", "0"],
      ["x-ratelimit-reset-tokens", "500ms"],
    ];
    const fetch: HttpFetch = async () => ({ status: 200, headers, body: slow() });
    const connection = { preset: "openai", wire: "openai", baseUrl: "http://127.0.0.1:1/v1", apiKey: null, auth: "bearer" } as const;
    const provider = createProvider(connection, { fetch, clock: { now: () => 0, monotonicMs: () => ms } });
    const options = { signal: new AbortController().signal, stream: false, timeouts: { firstTokenMs: 5000, idleMs: 5000 } };
    expect(await provider.call({ model: "m", messages: [], params: {} }, options)).toMatchObject({
      kind: "success",
      observed: {
        requests: { limit: null, remaining: 0, resetMs: 300 },
        tokens: { limit: 50, remaining: null, resetMs: null },
        inputTokens: null,
      },
    });
  });

  it("leaves nothing behind on the caller's signal", async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await call(answering(200, "application/json", COMPLETION), { signal });
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });
});
