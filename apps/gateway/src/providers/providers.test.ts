import { errorResponse } from "@composite-llm/openai-api";
import type { ProviderState, ScopeLimits } from "@composite-llm/queue";
import { describe, expect, it } from "vitest";
import { buildTestGateway, type TestGateway } from "../testing/build-test-gateway.ts";

const YAML = `version: 1
api_keys: [{ name: team-a, key: key-of-a }]
providers:
  openai: { preset: openai, keys: [{ name: main, key: one }, { name: spare, key: two }] }
`;
const WITH_OPERATOR = { yaml: YAML, env: { OPENAI_API_KEY: "test", ANTHROPIC_API_KEY: "test", OPERATOR_KEY: "key-of-the-operator" } };

const NONE: ScopeLimits = {
  concurrent: null,
  requestsPerMinute: null,
  inputTokensPerMinute: null,
  outputTokensPerMinute: null,
  tokensPerMinute: null,
  requestsPerDay: null,
  tokensPerDay: null,
};
const NO_LIMITS = {
  concurrent: null,
  requests_per_minute: null,
  tokens_per_minute: null,
  input_tokens_per_minute: null,
  output_tokens_per_minute: null,
  requests_per_day: null,
  tokens_per_day: null,
};

const STATE: ProviderState = {
  provider: "openai",
  scopes: [
    {
      key: "main",
      model: "gpt-5",
      operation: "paused",
      configured: { ...NONE, requestsPerMinute: 600 },
      effective: { ...NONE, requestsPerMinute: 540.5 },
      use: { requestsPerMinute: 12, inputTokensPerMinute: 3000, outputTokensPerMinute: 400, requestsToday: 99, tokensToday: 8000 },
      leases: 3,
      blocked: { untilMs: 5000, reason: "429 with Retry-After" },
      breaker: { state: "open", failures: 5, untilMs: 6000 },
    },
  ],
  waiting: [1, 2, 3, 4, 5, 6],
  granted: 7,
  learned: [{ model: "gpt-5", inputRatio: 1.08, outputP95: { proposer: 420 } }],
};

async function gateway(states = [STATE]): Promise<TestGateway> {
  const built = await buildTestGateway(WITH_OPERATOR);
  built.limits.states.push(...states);
  return built;
}

interface Asked {
  key?: string | null;
  method?: "GET" | "POST";
  body?: string | null;
}

async function ask({ app }: TestGateway, path: string, { key = "key-of-the-operator", method = "POST", body = null }: Asked = {}) {
  const headers = {
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    ...(body === null ? {} : { "content-type": "application/json" }),
  };
  const answer = await app.inject({ method, url: `/v1/providers${path}`, headers, ...(body === null ? {} : { payload: body }) });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
}

async function refusal(...asked: Parameters<typeof ask>) {
  const { status, body } = await ask(...asked);
  const { code, param, message } = errorResponse.parse(body).error;
  return { status, code, param, message };
}

describe("GET /v1/providers", () => {
  it("shows every configured provider with its limits, its use and who waits", async () => {
    const { status, body } = await ask(await gateway(), "", { method: "GET" });
    expect(status).toBe(200);
    expect(body).toEqual({
      object: "list",
      data: [
        {
          name: "openai",
          object: "composite.provider",
          scopes: [
            {
              key: "main",
              model: "gpt-5",
              state: "paused",
              limits: {
                configured: { ...NO_LIMITS, requests_per_minute: 600 },
                effective: { ...NO_LIMITS, requests_per_minute: 540.5 },
              },
              use: {
                requests_per_minute: 12,
                input_tokens_per_minute: 3000,
                output_tokens_per_minute: 400,
                requests_today: 99,
                tokens_today: 8000,
              },
              leases: 3,
              blocked: { until: "1970-01-01T00:00:05.000Z", reason: "429 with Retry-After" },
              breaker: { state: "open", failures: 5, until: "1970-01-01T00:00:06.000Z" },
            },
          ],
          waiting: { interactive: { final: 1, later: 2, first: 3 }, batch: { final: 4, later: 5, first: 6 } },
          granted: 7,
          learned: [{ model: "gpt-5", input_ratio: 1.08, output_p95: { proposer: 420 } }],
        },
        {
          name: "anthropic",
          object: "composite.provider",
          scopes: [],
          waiting: { interactive: { final: 0, later: 0, first: 0 }, batch: { final: 0, later: 0, first: 0 } },
          granted: 0,
          learned: [],
        },
      ],
      has_more: false,
      next_cursor: null,
    });
  });
});

describe.each(["pause", "drain", "resume"])("POST /v1/providers/{name}/%s", (operation) => {
  it("is done to the provider, a key, a model or a model under a key, and answers with the provider", async () => {
    const built = await gateway();
    for (const [body, part] of [
      [null, {}],
      ["{}", {}],
      ['{"key":"spare"}', { key: "spare" }],
      ['{"model":"gpt-5"}', { model: "gpt-5" }],
      ['{"key":"main","model":"gpt-5"}', { key: "main", model: "gpt-5" }],
    ] as const) {
      expect(await ask(built, `/openai/${operation}`, { body })).toMatchObject({ status: 200, body: { name: "openai", granted: 7 } });
      expect(built.limits.done.at(-1)).toEqual([`${operation} openai`, part]);
    }
  });

  it("refuses what it does not know, with a name that is near, and does nothing", async () => {
    const built = await gateway();
    const known = { status: 404, code: "provider_not_found" };
    expect(await refusal(built, `/opnai/${operation}`)).toEqual({
      ...known,
      param: null,
      message: 'There is no provider "opnai". Did you mean openai?',
    });
    expect(await refusal(built, `/%0a/${operation}`)).toMatchObject({
      ...known,
      message: 'There is no provider "?". There are: openai, anthropic.',
    });
    expect(await refusal(built, `/openai/${operation}`, { body: '{"key":"mainn"}' })).toEqual({
      ...known,
      param: "key",
      message: 'There is no key of openai named "mainn". Did you mean main?',
    });
    expect(built.limits.done).toEqual([]);
    expect(await refusal(built, `/anthropic/${operation}`)).toMatchObject({ ...known, param: null });
  });

  it("takes no other body", async () => {
    const built = await gateway();
    for (const [body, param] of [
      ["[]", null],
      ["null", null],
      ["{", null],
      ['{"keys":"main"}', "keys"],
      ['{"key":""}', "key"],
      ['{"key":null}', "key"],
      ['{"model":7}', "model"],
      [`{"model":"${"x".repeat(257)}"}`, "model"],
    ] as const) {
      expect(await refusal(built, `/openai/${operation}`, { body }), body).toMatchObject({ status: 400, code: "invalid_request", param });
    }
    expect(built.limits.done).toEqual([]);
  });
});

describe("/v1/providers", () => {
  it("is for the operator only", async () => {
    const built = await gateway();
    for (const [method, path] of [
      ["GET", ""],
      ["POST", "/openai/pause"],
      ["POST", "/nobody/resume"],
    ] as const) {
      expect(await refusal(built, path, { method, key: null })).toMatchObject({ status: 401, code: "invalid_api_key" });
      expect(await refusal(built, path, { method, key: "nonsense" })).toMatchObject({ status: 401, code: "invalid_api_key" });
      expect(await refusal(built, path, { method, key: "key-of-a" })).toMatchObject({ status: 403, code: "operator_only" });
    }
    expect(built.limits.done).toEqual([]);
  });

  it("says when the Redis of the limits does not answer", async () => {
    const built = await gateway();
    built.limits.isDown = true;
    expect(await refusal(built, "", { method: "GET" })).toMatchObject({ status: 503, code: "queue_unavailable" });
    expect(await refusal(built, "/openai/drain")).toMatchObject({ status: 503, code: "queue_unavailable" });
  });
});
