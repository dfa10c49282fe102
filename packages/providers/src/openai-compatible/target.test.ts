import { Secret } from "@composite-llm/core";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { ProviderConnection } from "../provider.ts";
import { loadTarget } from "./target.ts";
import { toRequest } from "./to-request.ts";

const CONNECTION: ProviderConnection = {
  preset: "openai",
  wire: "openai",
  baseUrl: "https://api.example/v1",
  apiKey: new Secret("key"),
  auth: "bearer",
};

describe("the target of an OpenAI-compatible connection", () => {
  it("is what OpenAI's own client would send, header by header and field by field", async () => {
    const sent: { url: string; headers: object; body: unknown }[] = [];
    const client = new OpenAI({
      apiKey: "key",
      baseURL: CONNECTION.baseUrl,
      organization: null,
      project: null,
      maxRetries: 0,
      fetch: async (url, init) => {
        const request = new Request(url, init);
        sent.push({ url: request.url, headers: Object.fromEntries(new Headers(init?.headers)), body: await request.json() });
        return new Response('{"choices":[]}', { headers: { "content-type": "application/json" } });
      },
    });
    const messages = [{ role: "user" as const, content: "Hi" }];
    await client.chat.completions.create({ model: "gpt-4o", messages, temperature: 0.5, stream: false });
    const target = await loadTarget(CONNECTION);
    const request = toRequest({ model: "gpt-4o", messages, params: { temperature: 0.5 } }, false, CONNECTION);
    const [{ headers, ...rest } = { headers: {} }] = sent;
    const { "x-stainless-timeout": _timeout, ...theirs } = headers as Record<string, string>;
    expect(target.headers).toEqual(theirs);
    expect({ url: target.url, body: JSON.parse("body" in request ? request.body : "") as unknown }).toEqual(rest);
  });

  it("carries the key where the vendor looks for it, and none where there is none", async () => {
    const azure = await loadTarget({ ...CONNECTION, auth: "api-key-header", query: { "api-version": "2024-10-21" } });
    expect(azure.headers).toMatchObject({ "api-key": "key" });
    expect(azure.headers).not.toHaveProperty("authorization");
    expect(azure.url).toBe("https://api.example/v1/chat/completions?api-version=2024-10-21");
    const local = await loadTarget({ ...CONNECTION, apiKey: null, headers: { "X-Own": "1" } });
    expect(local.headers).not.toHaveProperty("authorization");
    expect(local.headers).toMatchObject({ "x-own": "1" });
  });
});

describe("a request in the OpenAI format", () => {
  const bodyOf = (params: Record<string, unknown>, stream: boolean, preset = "openai"): unknown => {
    const request = toRequest({ model: "m", messages: [], params }, stream, { ...CONNECTION, preset });
    return JSON.parse("body" in request ? request.body : "");
  };

  it("asks for usage in every stream, but for vendors that refuse the option", () => {
    expect(bodyOf({ stream_options: { include_obfuscation: false } }, true)).toEqual({
      model: "m",
      messages: [],
      stream: true,
      stream_options: { include_obfuscation: false, include_usage: true },
    });
    expect(bodyOf({ stream_options: { include_usage: true } }, false)).toEqual({ model: "m", messages: [], stream: false });
    expect(bodyOf({}, true, "mistral")).toEqual({ model: "m", messages: [], stream: true });
  });

  it("lets no parameter take the place of model, messages or stream", () => {
    expect(bodyOf({ model: "x", messages: "x", stream: true, top_k: 1 }, false)).toEqual({
      model: "m",
      messages: [],
      stream: false,
      top_k: 1,
    });
  });
});
