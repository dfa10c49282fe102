import type { ErrorResponse } from "@composite-llm/openai-api";
import { MALFORMED_CONFIGURATION, MALFORMED_REQUESTS, sendMalformed } from "@composite-llm/gateway/testing";
import { isAlive } from "@composite-llm/scripts/process";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askRun, followRun } from "./harness/ask-run.ts";
import { chat } from "./harness/open-client.ts";
import { postChat } from "./harness/post-chat.ts";
import { providerCalls } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

let stack: Stack;
let records: RunRecords;

beforeAll(async () => {
  // One gateway for everybody on this machine, and one for two callers with keys.
  const services = { gateway: { count: 2, env: [{}, { API_KEYS: "key-a,key-b" }] } };
  const narrow = "  narrow: { extends: openai, limits: { tokens_per_minute: 500 } }\n";
  stack = await startStack({ config: MALFORMED_CONFIGURATION.replace("webhooks:", `${narrow}webhooks:`), services });
  records = openRunRecords(stack);
});

afterAll(async () => {
  records.close();
  await stack.stop();
});

/** Everything that a run leaves somewhere, even one that ended at once. */
async function traces() {
  const { redis } = records;
  const keysOf = async (kind: string) => (await redis.keys(`${stack.redisPrefix}:${kind}:*`)).toSorted();
  const [runs, pointers, events] = await Promise.all([
    keysOf("run"),
    Promise.all(["idem", "twin", "runs"].map(keysOf)),
    redis.xrange(`${stack.redisPrefix}:q:runs:events`, "-", "+"),
  ]);
  return {
    // Who listened to a run is forgotten by itself, a while after its end.
    runs: runs.filter((key) => !key.endsWith(":listeners")),
    pointers: pointers.flat(),
    jobs: events.filter(([, fields]) => fields.join(" ").includes("event added")).length,
    calls: (await providerCalls(stack.mockUrl)).length,
  };
}

describe("a malformed request", () => {
  it("is refused as documented, hands nothing in, and leaves the gateway alive and serving", async () => {
    const { pid } = stack.process("gateway-1");
    const sound = { model: "composite/profile/research", messages: [{ role: "user", content: "Hello" }] };
    expect((await postChat(stack.gatewayUrl, sound)).status).toBe(200);
    const before = await traces();
    expect(before).toMatchObject({ runs: { length: 3 }, jobs: 1, calls: 7 });

    expect(MALFORMED_REQUESTS.length).toBeGreaterThanOrEqual(60);
    for (const request of MALFORMED_REQUESTS) {
      const { title, status, code, param, message = /./ } = request;
      expect(await sendMalformed(stack.gatewayUrl, request), title).toEqual({
        status,
        code,
        param,
        message: expect.stringMatching(message) as string,
      });
    }

    expect(await traces()).toEqual(before);
    expect([stack.process("gateway-1").pid, isAlive(pid)]).toEqual([pid, true]);
    expect((await postChat(stack.gatewayUrl, sound)).status).toBe(200);
    expect(await traces()).toMatchObject({ runs: { length: 6 }, jobs: 2, calls: 14 });
  });
});

interface Refused {
  status: number;
  body: ErrorResponse;
}

async function refusal(answer: Response): Promise<Refused> {
  return { status: answer.status, body: (await answer.json()) as ErrorResponse };
}

const SMALL = chat({ model: "openai/gpt-4o-mini" });

describe("a run that is there", () => {
  it("is a 404 for another caller, whatever is asked of it, as if it were not", async () => {
    const { url } = stack.process("gateway-2");
    const ask = (key: string | null, method: string, path: string, body?: object) =>
      fetch(`${url}/v1/runs${path}`, {
        method,
        headers: {
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const { id } = (await (await ask("key-a", "POST", "", SMALL)).json()) as { id: string };
    const mine = async () => (await (await ask("key-a", "GET", `/${id}`)).json()) as { status: string };
    await vi.waitFor(async () => expect(await mine()).toMatchObject({ status: "succeeded" }), { timeout: 30_000 });
    const [before, shown] = [await traces(), await mine()];

    const unknown = "01a20423-f3b4-77ac-965f-a9294235a100";
    for (const [method, path] of [
      ["GET", ""],
      ["GET", "/events"],
      ["DELETE", ""],
      ["DELETE", "?erase=true"],
      ["POST", "/retry"],
    ] as const) {
      const [theirs, nobodys] = await Promise.all([id, unknown].map(async (run) => refusal(await ask("key-b", method, `/${run}${path}`))));
      expect(theirs, `${method} ${path}`).toMatchObject({ status: 404, body: { error: { code: "run_not_found", param: null } } });
      expect(JSON.stringify(theirs).replaceAll(id, unknown)).toBe(JSON.stringify(nobodys));
      expect(await refusal(await ask(null, method, `/${id}${path}`))).toMatchObject({
        status: 401,
        body: { error: { code: "invalid_api_key" } },
      });
    }
    expect(await (await ask("key-b", "GET", "")).json()).toEqual({ object: "list", data: [], has_more: false, next_cursor: null });
    expect(await traces()).toEqual(before);
    expect(await mine()).toEqual(shown);
  });

  it("has its events refused after what is no event of it, and a list its cursors", async () => {
    const { id } = (await askRun(stack.gatewayUrl, "POST", "", SMALL)).run;
    const events = await followRun(stack.gatewayUrl, id);
    const before = await traces();
    const beyond = String(events.length + 1);
    for (const cursor of ["abc", "", "-1", "1.5", "1e0", "0x1", "1 2", "\u00b2", "9".repeat(20), beyond]) {
      const header = await fetch(`${stack.gatewayUrl}/v1/runs/${id}/events`, { headers: { "last-event-id": cursor } });
      expect(await refusal(header), cursor).toMatchObject({
        status: 400,
        body: { error: { code: "invalid_cursor", param: "Last-Event-ID" } },
      });
      const query = await fetch(`${stack.gatewayUrl}/v1/runs/${id}/events?starting_after=${encodeURIComponent(cursor)}`);
      expect(await refusal(query), cursor).toMatchObject({
        status: 400,
        body: { error: { code: "invalid_cursor", param: "starting_after" } },
      });
    }
    const twice = await fetch(`${stack.gatewayUrl}/v1/runs/${id}/events?starting_after=1&starting_after=2`);
    expect(await refusal(twice)).toMatchObject({ status: 400, body: { error: { code: "invalid_request", param: "starting_after" } } });

    const list = async (cursor: string) => refusal(await fetch(`${stack.gatewayUrl}/v1/runs?cursor=${encodeURIComponent(cursor)}`));
    for (const cursor of ["", "abc", id, Buffer.from("nonsense").toString("base64url")]) {
      expect(await list(cursor), cursor).toMatchObject({ status: 400, body: { error: { code: "invalid_cursor", param: "cursor" } } });
    }
    const end = Buffer.from("00000000-0000-7000-8000-000000000000").toString("base64url");
    expect(await list(end)).toEqual({ status: 200, body: { object: "list", data: [], has_more: false, next_cursor: null } });
    const retry = await fetch(`${stack.gatewayUrl}/v1/runs/${id}/retry`, { method: "POST" });
    expect(await refusal(retry)).toMatchObject({ status: 400, body: { error: { code: "invalid_request", param: null } } });
    expect(await traces()).toEqual(before);
  });
});

/** One request, and the same in other words. */
const BODY =
  '{"model":"composite/moa/openai/gpt-5","messages":[{"role":"user","content":"Hi"}],"temperature":1,"seed":10,"stages":{"propose":{"min_success":2,"grace_ms":0}}}';
const SAME = {
  "other order of keys":
    '{"stages":{"propose":{"grace_ms":0,"min_success":2}},"seed":10,"messages":[{"content":"Hi","role":"user"}],"temperature":1,"model":"composite/moa/openai/gpt-5"}',
  "other spelling of numbers": BODY.replace('"temperature":1', '"temperature":1.00')
    .replace('"seed":10', '"seed":1e1')
    .replace('"grace_ms":0', '"grace_ms":-0.0'),
  "other spelling of texts": BODY.replace("Hi", "\\u0048i"),
  "white space": BODY.replaceAll(":", " :\n\t"),
  "fields that are null": BODY.replace("{", '{"top_p":null,'),
};
const OTHER = [
  BODY.replace("Hi", "Ho"),
  BODY.replace('"temperature":1', '"temperature":1.01'),
  BODY.replace('"min_success":2', '"min_success":1'),
  BODY.replace('"seed":10', '"seed":11'),
];

function post(path: string, body: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${stack.gatewayUrl}/v1${path}`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
}

const runOf = (answer: Response): string | null => answer.headers.get("x-composite-run-id");

describe("a body in other words", () => {
  it("is the same request to an Idempotency-Key, and any other a conflict", async () => {
    const headers = { "idempotency-key": "in-other-words" };
    const first = await post("/chat/completions", BODY, headers);
    expect(first.status).toBe(200);
    const answer = await first.text();
    const before = await traces();
    for (const [words, body] of Object.entries(SAME)) {
      expect(body, words).not.toBe(BODY);
      const again = await post("/chat/completions", body, headers);
      expect([again.status, runOf(again), await again.text()], words).toEqual([200, runOf(first), answer]);
      const background = await post("/runs", body, headers);
      expect([background.status, runOf(background)], words).toEqual([202, runOf(first)]);
    }
    for (const body of OTHER) {
      for (const path of ["/chat/completions", "/runs"]) {
        const refused = await post(path, body, headers);
        expect(refused.headers.get("x-should-retry")).toBe("false");
        expect(await refusal(refused), body).toMatchObject({ status: 409, body: { error: { code: "idempotency_conflict", param: null } } });
      }
    }
    expect(await traces()).toEqual(before);
  });

  it("is the same to a client's own retry", async () => {
    const slow = (body: string) => body.replace("gpt-5", "gpt-5-mock-latency-600");
    for (const [words, body] of Object.entries(SAME)) {
      const hangUp = new AbortController();
      const headers = { "content-type": "application/json", "x-stainless-retry-count": "0" };
      const streamed = slow(BODY).replace("{", '{"stream":true,');
      const first = await fetch(`${stack.gatewayUrl}/v1/chat/completions`, {
        method: "POST",
        headers,
        body: streamed,
        signal: hangUp.signal,
      });
      hangUp.abort();
      const again = await post("/chat/completions", slow(body), { "x-stainless-retry-count": "1" });
      expect([again.status, runOf(again)], words).toEqual([200, runOf(first)]);
      await again.text();
    }
  });
});

describe("a request that needs more tokens than its provider allows in a minute", () => {
  const NARROW = "narrow/gpt-4o-mini";
  const LONG = [{ role: "user", content: "Why is the sky blue? ".repeat(200) }];
  const LIMIT = /narrow.*tokens_per_minute is 500\b.*needs \d+/;
  const callsOf = async (model: string) => (await providerCalls(stack.mockUrl)).filter((call) => call.model === model).length;

  it("is refused at once with the limit's name, and never sent", async () => {
    const sent = await callsOf("gpt-4o-mini");
    for (const fields of [{ messages: LONG }, { max_tokens: 501 }]) {
      const refused = await postChat(stack.gatewayUrl, chat({ model: NARROW, ...fields }));
      expect(refused).toMatchObject({ status: 400, body: { error: { code: "over_provider_limit", type: "invalid_request_error" } } });
      expect(refused.body.error.message).toMatch(LIMIT);
    }
    expect(await callsOf("gpt-4o-mini")).toBe(sent);
    expect((await postChat(stack.gatewayUrl, chat({ model: NARROW, max_tokens: 100 }))).status).toBe(200);
  });

  it("fails as a member, and the others answer", async () => {
    const proposers = [NARROW, "anthropic/claude-haiku-4-5", "openai/gpt-5-mini"];
    const { status, body } = await postChat(stack.gatewayUrl, chat({ model: "composite/moa/openai/gpt-4o", proposers, messages: LONG }));
    expect(status).toBe(200);
    expect(body.composite).toMatchObject({
      failed: [{ step: "propose.0.0", class: "bad_request" }],
      degraded: [{ code: "member_failed", stage: "propose", slot: 0 }],
    });
    expect(body.composite.stages[0]?.calls[0]).toMatchObject({ provider: "narrow", tries: 0, usage: { total_tokens: 0 } });
  });

  it("ends its run with the limit's name when no member is small enough", async () => {
    const asked = chat({ model: "composite/moa/openai/gpt-4o", proposers: [NARROW, NARROW], messages: LONG });
    const { status, headers, body } = await postChat(stack.gatewayUrl, asked);
    expect([status, body.error.code, headers.get("x-should-retry")]).toEqual([502, "all_members_failed", "false"]);
    expect(body.error.message).toMatch(LIMIT);
  });
});
