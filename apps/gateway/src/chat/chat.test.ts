import { chatCompletion, errorResponse } from "@composite-llm/openai-api";
import { ApiError } from "@composite-llm/core";
import { describe, expect, test } from "vitest";
import { buildTestGateway, type TestGateway } from "../testing/build-test-gateway.ts";
import { toCompletion } from "../testing/to-completion.ts";

const HELLO = { model: "composite/moa/openai/gpt-5", messages: [{ role: "user", content: "Hello" }] };

function post({ app }: TestGateway, body: object, headers: Record<string, string> = {}) {
  return app.inject({ method: "POST", url: "/v1/chat/completions", payload: body, headers });
}

describe("a chat completion as JSON", () => {
  test("is the completion that the run ended with, with its figures in headers", async () => {
    const gateway = await buildTestGateway();
    gateway.gate.onSubmit = (run) => {
      run.emit("run", { status: "running" });
      run.emit("finished", {
        completion: toCompletion(run, {
          message: { content: "Hi." },
          composite: {
            degraded: [
              { code: "member_failed", stage: "propose", slot: 1 },
              { code: "member_failed", stage: "propose", slot: 2 },
              { code: "single_survivor", stage: null, slot: null },
            ],
          },
        }),
      });
    };
    const answer = await post(gateway, HELLO);
    expect(answer.statusCode).toBe(200);
    const completion = chatCompletion.parse(answer.json());
    expect(completion).toMatchObject({ model: HELLO.model, choices: [{ message: { content: "Hi." } }] });
    const [run] = gateway.gate.submitted;
    expect(answer.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "x-composite-run-id": run?.run,
      "x-composite-trace-id": run?.plan.traceId,
      "x-composite-cost-usd": "0.0123",
      "x-composite-calls": "4",
      "x-composite-degraded": "member_failed,single_survivor",
      "openai-processing-ms": expect.stringMatching(/^\d+$/) as string,
      "x-request-id": expect.stringMatching(/^req_[0-9a-f]{24}$/) as string,
    });
    expect(answer.headers["x-composite-simulated"]).toBe(undefined);
    expect(run?.isClosed).toBe(true);
  });

  test("has the status, headers and body of the error that the run ended with", async () => {
    const gateway = await buildTestGateway();
    const error = new ApiError("provider_rate_limited", "All were rate limited.", { retryAfterMs: 1500, composite: { failed: [] } });
    gateway.gate.onSubmit = (run) => run.emit("error", { status: error.status, headers: error.headers, error: error.body });
    const answer = await post(gateway, HELLO);
    expect(answer.statusCode).toBe(429);
    expect(answer.headers).toMatchObject({ "retry-after": "2", "retry-after-ms": "1500" });
    expect(errorResponse.parse(answer.json()).error).toMatchObject({
      code: "provider_rate_limited",
      param: null,
      composite: { failed: [] },
    });
  });

  test("is a 503 with retry-after when the queue does not answer", async () => {
    const gateway = await buildTestGateway();
    gateway.gate.isDown = true;
    const answer = await post(gateway, HELLO);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers["retry-after"]).toBe("2");
    expect(errorResponse.parse(answer.json()).error.code).toBe("queue_unavailable");
  });

  test("is a 503 that names the run when its events are lost", async () => {
    const gateway = await buildTestGateway();
    gateway.gate.onSubmit = (run) => run.lose();
    const answer = await post(gateway, HELLO);
    expect(answer.statusCode).toBe(503);
    expect(errorResponse.parse(answer.json()).error.composite).toEqual({ run_id: gateway.gate.submitted[0]?.run });
  });

  test("is marked where the mock provider answers", async () => {
    const gateway = await buildTestGateway({ env: { MOCK_PROVIDER_URL: "http://127.0.0.1:8082" } });
    gateway.gate.onSubmit = (run) => run.emit("finished", { completion: toCompletion(run) });
    const answer = await post(gateway, HELLO);
    expect(answer.headers["x-composite-simulated"]).toBe("true");
    expect(answer.json()).toMatchObject({ composite: { simulated: true } });
  });

  test("continues a valid traceparent and begins a trace otherwise", async () => {
    const gateway = await buildTestGateway();
    gateway.gate.onSubmit = (run) => run.emit("finished", { completion: toCompletion(run) });
    const trace = "0af7651916cd43dd8448eb211c80319c";
    const continued = await post(gateway, HELLO, { traceparent: `00-${trace}-b7ad6b7169203331-01` });
    expect(continued.headers["x-composite-trace-id"]).toBe(trace);
    for (const traceparent of [`00-${"0".repeat(32)}-b7ad6b7169203331-01`, `ff-${trace}-b7ad6b7169203331-01`, "nonsense"]) {
      const fresh = await post(gateway, HELLO, { traceparent });
      expect(fresh.headers["x-composite-trace-id"]).toMatch(/^[0-9a-f]{32}$/);
      expect(fresh.headers["x-composite-trace-id"]).not.toBe(trace);
    }
  });

  test("hides what went wrong inside", async () => {
    const gateway = await buildTestGateway({
      clock: {
        now: () => {
          throw new Error("secret insides");
        },
        monotonicMs: () => 0,
      },
    });
    const answer = await post(gateway, HELLO);
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain("insides");
    expect(errorResponse.parse(answer.json()).error.code).toBe("internal_error");
  });
});
