import type { RunObject } from "@composite-llm/contracts";
import { createRunId } from "@composite-llm/core";
import { errorResponse } from "@composite-llm/openai-api";
import { GOES_ON } from "@composite-llm/queue";
import { describe, expect, test, vi } from "vitest";
import { buildTestGateway, type TestGateway } from "../testing/build-test-gateway.ts";
import { toCompletion } from "../testing/to-completion.ts";
import type { RunPage } from "./list-runs.ts";

const HELLO = { model: "composite/moa/openai/gpt-5", messages: [{ role: "user", content: "Hello" }] };
const FAILURE = { status: 502, headers: {}, error: { message: "x", type: "upstream_error", param: null, code: "upstream_error" } };

type Method = "GET" | "POST" | "DELETE";

function ask({ app }: TestGateway, method: Method, url: string, body?: object, headers: Record<string, string> = {}) {
  return app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
}

async function create(gateway: TestGateway, fields: object = {}, headers: Record<string, string> = {}): Promise<RunObject> {
  return (await ask(gateway, "POST", "/v1/runs", { ...HELLO, ...fields }, headers)).json<RunObject>();
}

async function refusal(gateway: TestGateway, method: Method, url: string, body?: object, headers: Record<string, string> = {}) {
  const answer = await ask(gateway, method, url, body, headers);
  const { code, param, message } = errorResponse.parse(answer.json()).error;
  return { status: answer.statusCode, code, param, message };
}

describe("POST /v1/runs", () => {
  test("answers at once with the run and its place, and hands in one that needs no client", async () => {
    const gateway = await buildTestGateway();
    const answer = await ask(gateway, "POST", "/v1/runs", { ...HELLO, background: true, metadata: { order: "17" } });
    const [run] = gateway.gate.submitted;
    expect(answer.statusCode).toBe(202);
    expect(answer.headers).toMatchObject({ location: `/v1/runs/${run?.run}`, "x-composite-run-id": run?.run });
    expect(answer.json()).toMatchObject({
      id: run?.run,
      object: "composite.run",
      status: "queued",
      waiting: null,
      model: HELLO.model,
      background: true,
      started_at: null,
      ended_at: null,
      result: null,
      error: null,
      metadata: { order: "17" },
      retry_of: null,
      composite: { run_id: run?.run, strategy: "moa", stages: [], calls: 0 },
    });
    expect(run?.submission).toMatchObject({ graceMs: GOES_ON, follow: null, twin: "none", idempotencyKey: null, inheritFrom: null });
    // Its events show the answer as it grows.
    expect(run?.plan).toMatchObject({ background: true, delivery: { stream: true } });
  });

  test("gives the same run to the same key, and refuses another body", async () => {
    const gateway = await buildTestGateway();
    const headers = { "idempotency-key": "k" };
    const first = await create(gateway, {}, headers);
    expect((await create(gateway, { metadata: {} }, headers)).id).toBe(first.id);
    expect(await refusal(gateway, "POST", "/v1/runs", { ...HELLO, n: 2 }, headers)).toMatchObject({
      status: 409,
      code: "idempotency_conflict",
    });
    expect(gateway.gate.submitted).toHaveLength(1);
  });

  test("keeps a run that a waiting client began going without it", async () => {
    const gateway = await buildTestGateway();
    const headers = { "idempotency-key": "k" };
    const waiting = ask(gateway, "POST", "/v1/chat/completions", HELLO, headers).then((answer) => answer);
    await vi.waitFor(() => expect(gateway.gate.submitted).toHaveLength(1));
    await create(gateway, {}, headers);
    const [run] = gateway.gate.submitted;
    expect(run?.stored()).toMatchObject({ isBackground: true, plan: { background: false } });
    run?.cancel();
    expect((await waiting).statusCode).toBe(409);
  });

  test("tells the id of a run that was accepted but cannot be read", async () => {
    const gateway = await buildTestGateway();
    const gate = { ...gateway.gate, read: () => Promise.reject(new Error("gone")) };
    const { app } = await buildTestGateway({ gate });
    const answer = await app.inject({ method: "POST", url: "/v1/runs", payload: HELLO });
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ id: gateway.gate.submitted[0]?.run, status: "queued" });
  });

  test("hands in nothing that is not sound", async () => {
    const gateway = await buildTestGateway();
    expect(await refusal(gateway, "POST", "/v1/runs", { ...HELLO, total_deadline_ms: 0 })).toMatchObject({
      status: 400,
      param: "total_deadline_ms",
    });
    expect(await refusal(gateway, "POST", "/v1/runs", { ...HELLO, background: false })).toMatchObject({ status: 400, param: "background" });
    expect(await refusal(gateway, "POST", "/v1/runs", HELLO, { "idempotency-key": "" })).toMatchObject({
      status: 400,
      param: "Idempotency-Key",
    });
    expect(gateway.gate.submitted).toEqual([]);
  });
});

describe("a webhook", () => {
  const webhook = { url: "https://example.org/hook", secret: "billing" };
  const yaml = "version: 1\nwebhooks: { secrets: { billing: c2VjcmV0 } }\n";

  test("is kept with the run, by the name of its secret", async () => {
    const gateway = await buildTestGateway({ yaml });
    gateway.gate.onSubmit = (run) => run.emit("error", FAILURE);
    await create(gateway, { webhook });
    await ask(gateway, "POST", "/v1/chat/completions", { ...HELLO, webhook });
    expect(gateway.gate.submitted.map(({ plan }) => plan.webhook)).toEqual([webhook, webhook]);
    expect(JSON.stringify(gateway.gate.submitted[0]?.plan)).not.toContain("c2VjcmV0");
  });

  test.each([
    ["a plain address", { url: "http://example.org/" }, "webhook.url"],
    ["this machine", { url: "https://127.0.0.1/" }, "webhook.url"],
    ["the metadata of a cloud", { url: "https://169.254.169.254/latest" }, "webhook.url"],
    ["a mapped address", { url: "https://[::ffff:10.0.0.1]/" }, "webhook.url"],
    ["a name of this machine", { url: "https://localhost:8080/" }, "webhook.url"],
    ["no URL", { url: "hook" }, "webhook.url"],
    ["an unknown secret", { secret: "other" }, "webhook.secret"],
    ["a secret that every object has", { secret: "constructor" }, "webhook.secret"],
  ])("to %s is refused before anything is handed in", async (_case, change, param) => {
    const gateway = await buildTestGateway({ yaml });
    for (const url of ["/v1/runs", "/v1/chat/completions"]) {
      const body = { ...HELLO, webhook: { ...webhook, ...change } };
      expect(await refusal(gateway, "POST", url, body)).toMatchObject({ status: 400, code: "webhook_not_allowed", param });
    }
    expect(gateway.gate.submitted).toEqual([]);
  });

  test("is signed only with a secret of its own caller's, also when its run is tried again", async () => {
    const keys = (last: string) =>
      `${yaml}api_keys:\n  - { name: a, key: key-a, webhook_secrets: [billing] }\n  - { name: b, key: key-b${last} }\n`;
    const gateway = await buildTestGateway({ yaml: keys("") });
    const post = (key: string, url: string, payload: object) =>
      gateway.app.inject({ method: "POST", url, payload, headers: { authorization: `Bearer ${key}` } });
    for (const url of ["/v1/runs", "/v1/chat/completions"]) {
      const refused = await post("key-b", url, { ...HELLO, webhook });
      expect(refused.statusCode).toBe(400);
      expect(refused.json()).toMatchObject({ error: { code: "webhook_not_allowed", param: "webhook.secret" } });
    }
    expect(gateway.gate.submitted).toEqual([]);
    expect((await post("key-a", "/v1/runs", { ...HELLO, webhook })).statusCode).toBe(202);
    const [run] = gateway.gate.submitted;
    run?.emit("error", FAILURE);
    // As if it had been accepted when the secret was the other's.
    if (run !== undefined) run.plan.caller = "b";
    const again = await post("key-b", `/v1/runs/${run?.run}/retry`, {});
    expect(again.json()).toMatchObject({ error: { code: "webhook_not_allowed", param: "webhook.secret" } });
    expect((await post("key-b", "/v1/runs", { ...HELLO })).statusCode).toBe(202);
  });

  test("may go to a private network where the configuration says so", async () => {
    const gateway = await buildTestGateway({ yaml: yaml.replace("secrets", "allow_private: true, secrets") });
    await create(gateway, { webhook: { url: "http://10.0.0.1/hook", secret: "billing" } });
    expect(gateway.gate.submitted).toHaveLength(1);
  });
});

describe("GET /v1/runs/{id}", () => {
  test("shows the run as it stands, and its result in the end", async () => {
    const gateway = await buildTestGateway();
    const { id } = await create(gateway);
    const [run] = gateway.gate.submitted;
    run?.emit("run", { status: "running" });
    expect((await ask(gateway, "GET", `/v1/runs/${id}`)).json()).toMatchObject({ id, status: "running", result: null });
    const completion = run === undefined ? undefined : toCompletion(run, { message: { content: "Hi." } });
    if (completion !== undefined) run?.emit("finished", { completion });
    const answer = await ask(gateway, "GET", `/v1/runs/${id}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ status: "succeeded", result: completion, error: null, ended_at: expect.any(String) as string });
  });

  test("is a 404 for what is no id, is unknown, or belongs to somebody else", async () => {
    const gateway = await buildTestGateway({ yaml: "version: 1\napi_keys: [{ name: a, key: key-a }, { name: b, key: key-b }]\n" });
    const [mine, theirs] = [{ authorization: "Bearer key-a" }, { authorization: "Bearer key-b" }];
    const { id } = await create(gateway, {}, mine);
    expect((await ask(gateway, "GET", `/v1/runs/${id}`, undefined, mine)).statusCode).toBe(200);
    const paths: [Method, string][] = [
      ["GET", ""],
      ["DELETE", ""],
      ["GET", "/events"],
      ["POST", "/retry"],
    ];
    for (const [method, path] of paths) {
      expect(await refusal(gateway, method, `/v1/runs/${id}${path}`, undefined, theirs)).toMatchObject({
        status: 404,
        code: "run_not_found",
      });
      for (const wrong of ["nonsense", id.toUpperCase(), `${id}0`, createRunId(1), "..%2F..", "%00"]) {
        expect(await refusal(gateway, method, `/v1/runs/${wrong}${path}`, undefined, mine), wrong).toMatchObject({
          status: 404,
          code: "run_not_found",
        });
      }
    }
    expect(gateway.gate.cancelled).toEqual([]);
    expect((await ask(gateway, "GET", "/v1/runs", undefined, theirs)).json()).toMatchObject({ data: [] });
  });

  test("is a 503 while the queue does not answer", async () => {
    const gateway = await buildTestGateway();
    const { id } = await create(gateway);
    gateway.gate.isDown = true;
    expect(await refusal(gateway, "GET", `/v1/runs/${id}`)).toMatchObject({ status: 503, code: "queue_unavailable" });
    expect(await refusal(gateway, "GET", "/v1/runs")).toMatchObject({ status: 503, code: "queue_unavailable" });
  });
});

describe("DELETE /v1/runs/{id}", () => {
  test("cancels an open run, and leaves one that had ended as it is", async () => {
    const gateway = await buildTestGateway();
    const { id } = await create(gateway);
    const answer = await ask(gateway, "DELETE", `/v1/runs/${id}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ id, status: "cancelled", error: { code: "run_cancelled" } });
    expect(gateway.gate.cancelled).toEqual([id]);
    expect((await ask(gateway, "DELETE", `/v1/runs/${id}`)).json()).toEqual(answer.json());
    expect(gateway.gate.cancelled).toEqual([id]);
  });

  test("removes the content too when it is to erase, of an open run after its end", async () => {
    const gateway = await buildTestGateway();
    const { id } = await create(gateway, { metadata: { a: "b" } });
    expect(await refusal(gateway, "DELETE", `/v1/runs/${id}?erase=perhaps`)).toMatchObject({ status: 400, param: "erase" });
    const answer = await ask(gateway, "DELETE", `/v1/runs/${id}?erase=true`);
    expect(answer.json()).toMatchObject({ id, status: "cancelled", result: null, metadata: {} });
    expect((await ask(gateway, "GET", `/v1/runs/${id}`)).statusCode).toBe(404);
  });
});

describe("POST /v1/runs/{id}/retry", () => {
  test("makes a new run that begins with what the failed one had", async () => {
    const gateway = await buildTestGateway();
    gateway.gate.onSubmit = (run) => run.emit("error", FAILURE);
    const { id } = await create(gateway, { metadata: { a: "b" } });
    gateway.gate.onSubmit = () => undefined;
    const answer = await ask(gateway, "POST", `/v1/runs/${id}/retry`, {});
    const [failed, retried] = gateway.gate.submitted;
    expect(answer.statusCode).toBe(202);
    expect(answer.headers["location"]).toBe(`/v1/runs/${retried?.run}`);
    expect(answer.json()).toMatchObject({ id: retried?.run, status: "queued", retry_of: id, background: true, metadata: { a: "b" } });
    expect(retried?.submission).toMatchObject({ inheritFrom: id, graceMs: GOES_ON, follow: null });
    expect(retried?.plan.root).toEqual(failed?.plan.root);
  });

  test("is one run for one key", async () => {
    const gateway = await buildTestGateway();
    gateway.gate.onSubmit = (run) => run.emit("error", FAILURE);
    const [one, other] = [await create(gateway), await create(gateway)];
    gateway.gate.onSubmit = () => undefined;
    const headers = { "idempotency-key": "again" };
    const first = await ask(gateway, "POST", `/v1/runs/${one.id}/retry`, undefined, headers);
    expect((await ask(gateway, "POST", `/v1/runs/${one.id}/retry`, undefined, headers)).json()).toMatchObject({
      id: first.json<RunObject>().id,
    });
    expect(await refusal(gateway, "POST", `/v1/runs/${other.id}/retry`, undefined, headers)).toMatchObject({
      code: "idempotency_conflict",
    });
  });

  test("is refused unless the run failed, and takes no fields", async () => {
    const gateway = await buildTestGateway();
    const { id } = await create(gateway);
    const states = ["queued", "running", "cancelled"];
    for (const state of states) {
      if (state === "running") gateway.gate.submitted[0]?.emit("run", { status: "running" });
      if (state === "cancelled") gateway.gate.submitted[0]?.cancel();
      const { status, code, message } = await refusal(gateway, "POST", `/v1/runs/${id}/retry`);
      expect([status, code]).toEqual([400, "invalid_request"]);
      expect(message).toContain(`is ${state}`);
    }
    expect(await refusal(gateway, "POST", `/v1/runs/${id}/retry`, { temperature: 1 })).toMatchObject({ status: 400, param: "temperature" });
    expect(gateway.gate.submitted).toHaveLength(1);
  });
});

describe("GET /v1/runs", () => {
  test("gives the caller's runs, newest first, in pages that lead to each other", async () => {
    const gateway = await buildTestGateway({ clock: { now: () => (time += 10), monotonicMs: () => 0 } });
    let time = 1_764_000_000_000;
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) made.push((await create(gateway)).id);
    const seen: string[] = [];
    let url = "/v1/runs?limit=2";
    for (let page = 0; page < 3; page += 1) {
      const { object, data, has_more: hasMore, next_cursor: next } = (await ask(gateway, "GET", url)).json<RunPage>();
      seen.push(...data.map(({ id }) => id));
      expect([object, hasMore]).toEqual(["list", page < 2]);
      expect(next === null).toBe(page === 2);
      url = `/v1/runs?limit=2&cursor=${next}`;
    }
    expect(seen).toEqual(made.toReversed());
  });

  test("gives those in one state", async () => {
    const gateway = await buildTestGateway();
    const { id } = await create(gateway);
    await create(gateway);
    await ask(gateway, "DELETE", `/v1/runs/${id}`);
    const page = (await ask(gateway, "GET", "/v1/runs?status=cancelled")).json<RunPage>();
    expect(page).toMatchObject({ data: [{ id }], has_more: false, next_cursor: null });
    expect(page.data).toHaveLength(1);
  });

  test.each([
    ["limit=0", "invalid_request", "limit"],
    ["limit=101", "invalid_request", "limit"],
    ["limit=-1", "invalid_request", "limit"],
    ["limit=ten", "invalid_request", "limit"],
    ["limit=1&limit=2", "invalid_request", "limit"],
    ["status=parked", "invalid_request", "status"],
    ["cursor=", "invalid_cursor", "cursor"],
    ["cursor=abc", "invalid_cursor", "cursor"],
    [`cursor=${createRunId(1)}`, "invalid_cursor", "cursor"],
  ])("refuses ?%s", async (query, code, param) => {
    const gateway = await buildTestGateway();
    expect(await refusal(gateway, "GET", `/v1/runs?${query}`)).toMatchObject({ status: 400, code, param });
  });
});
