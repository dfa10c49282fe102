import { parseChatRequest, parseJsonBody } from "@composite-llm/openai-api";
import { describe, expect, test } from "vitest";
import { ANONYMOUS } from "../auth/key-table.ts";
import { loadTestSettings } from "../testing/load-test-settings.ts";

const settings = await loadTestSettings(`
version: 1
providers: { openai: {} }
webhooks: { secrets: { billing: c2VjcmV0 } }
defaults: { moa: { layers: 2, stages: { propose: { min_success: 2, grace_ms: 10 } } } }
`);

function fingerprint(text: string, caller = "anonymous"): string {
  const request = parseChatRequest(parseJsonBody(new TextEncoder().encode(text)));
  const origin = { caller: { ...ANONYMOUS, name: caller }, traceId: "t", seed: 7, nowMs: 0, background: false };
  return settings.planner.plan(request, origin).fingerprint;
}

const body = (more = ""): string => `{"model":"moa/openai/gpt-5","messages":[{"role":"user","content":"Hi"}]${more}}`;

describe("the fingerprint of a request", () => {
  test("is a digest that a repeated request has again", () => {
    expect(fingerprint(body())).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprint(body())).toBe(fingerprint(body()));
  });

  test.each([
    ["the order of keys", '{"messages":[{"content":"Hi","role":"user"}],"model":"moa/openai/gpt-5"}', body()],
    ["the spelling of a number", body(',"temperature":1.0,"seed":1e1'), body(',"temperature":1,"seed":10')],
    ["white space", body(' , "n": 1 '), body(',"n":1')],
    ["a field that is null", body(',"temperature":null'), body()],
    ["streaming", body(',"stream":true,"stream_options":{"include_usage":true}'), body()],
    ["a webhook", body(',"webhook":{"url":"https://example.org/","secret":"billing"}'), body()],
    ["where an option stands", body(',"composite":{"layers":3}'), body(',"layers":3')],
    ["an option that says what the configuration says", body(',"layers":2'), body()],
    ["an option that says its default", body(',"priority":"interactive","metadata":{}'), body()],
    ["a policy that says what the configuration says", body(',"stages":{"propose":{"min_success":2}}'), body()],
    ["the name of the output cap", body(',"max_completion_tokens":5'), body(',"max_tokens":5')],
  ])("does not depend on %s", (_what, one, other) => {
    expect(fingerprint(one)).toBe(fingerprint(other));
  });

  test.each([
    ["a message", body().replace("Hi", "Ho")],
    ["the model", body().replace("gpt-5", "gpt-4o")],
    ["a parameter", body(',"temperature":0.5')],
    ["an option", body(',"layers":1')],
    ["a policy", body(',"stages":{"propose":{"min_success":1}}')],
    ["metadata", body(',"metadata":{"a":"b"}')],
    ["a field of a vendor", body(',"top_k":1')],
    ["a priority", body(',"priority":"batch"')],
  ])("depends on %s", (_what, other) => {
    expect(fingerprint(other)).not.toBe(fingerprint(body()));
  });

  test("depends on who asks", () => {
    expect(fingerprint(body(), "a")).not.toBe(fingerprint(body(), "b"));
  });
});
