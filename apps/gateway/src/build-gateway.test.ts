import { describe, expect, test } from "vitest";
import { ENDPOINTS } from "./errors/endpoints.ts";
import { buildTestGateway } from "./testing/build-test-gateway.ts";

const BODY = { model: "composite/moa/openai/gpt-5", messages: [{ role: "user", content: "Hello" }] };

describe("health", () => {
  test("is live and ready while the queue answers, also without a key", async () => {
    const { app } = await buildTestGateway({ yaml: "version: 1\napi_keys: [{ name: a, key: secret-key }]\n" });
    expect((await app.inject("/health/live")).json()).toEqual({ status: "ok" });
    expect((await app.inject("/health/ready")).json()).toMatchObject({ status: "ok" });
    expect((await app.inject("/version")).json()).toEqual({ version: "0.0.0", node: process.versions.node });
  });

  test("is live but not ready while the queue does not answer", async () => {
    const { app, gate } = await buildTestGateway();
    gate.isDown = true;
    expect((await app.inject("/health/live")).statusCode).toBe(200);
    const ready = await app.inject("/health/ready");
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toMatchObject({ status: "unavailable", failed: ["queue"] });
  });
});

describe("the list of endpoints in an error", () => {
  test("names routes that exist", async () => {
    const { app } = await buildTestGateway();
    for (const endpoint of ENDPOINTS) {
      const [method = "GET", path = ""] = endpoint.split(" ");
      expect(app.hasRoute({ method, url: path.replace("models/{id}", "models/*").replace(/\{(\w+)\}/, ":$1") }), endpoint).toBe(true);
    }
  });
});

describe("pages of other origins", () => {
  const origin = "https://app.example.org";
  const preflight = {
    method: "OPTIONS" as const,
    url: "/v1/chat/completions",
    headers: { origin, "access-control-request-method": "POST" },
  };

  test("may not call the API unless they are configured", async () => {
    const { app } = await buildTestGateway();
    const answer = await app.inject(preflight);
    expect(answer.headers["access-control-allow-origin"]).toBe(undefined);
    const list = await app.inject({ url: "/v1/models", headers: { origin } });
    expect(list.headers["access-control-allow-origin"]).toBe(undefined);
  });

  test.each([[origin], ["*"]])("may call it when the configuration says %s, before any key is asked for", async (allowed) => {
    const { app, gate } = await buildTestGateway({
      yaml: `version: 1\nserver: { cors: { origins: ["${allowed}"] } }\napi_keys: [{ name: a, key: secret-key }]\n`,
    });
    const answer = await app.inject(preflight);
    expect(answer.statusCode).toBe(204);
    expect(answer.headers["access-control-allow-origin"]).toBe(origin);

    gate.onSubmit = (run) =>
      run.emit("error", {
        status: 504,
        headers: {},
        error: { message: "late", type: "timeout_error", param: null, code: "deadline_exceeded" },
      });
    const stream = await app.inject({
      method: "POST",
      url: "/v1/chat/completions",
      payload: { ...BODY, stream: true },
      headers: { origin, authorization: "Bearer secret-key" },
    });
    expect(stream.headers["access-control-allow-origin"]).toBe(origin);
    const exposed = String(stream.headers["access-control-expose-headers"]).split(", ");
    expect(exposed).toEqual(expect.arrayContaining(["x-composite-run-id", "retry-after", "retry-after-ms", "x-should-retry"]));
  });
});
