import { errorResponse } from "@composite-llm/openai-api";
import { describe, expect, test, vi } from "vitest";
import { buildTestGateway, type TestGateway } from "../testing/build-test-gateway.ts";
import { assemble, readSse } from "../testing/read-sse.ts";
import { toCompletion } from "../testing/to-completion.ts";

const HELLO = { model: "composite/moa/openai/gpt-5", messages: [{ role: "user", content: "Hello" }] };

function post({ app }: TestGateway, body: object, headers: Record<string, string> = {}) {
  return app.inject({ method: "POST", url: "/v1/chat/completions", payload: body, headers });
}

async function theRun({ gate }: TestGateway) {
  return vi.waitFor(() => {
    const [run] = gate.submitted;
    if (run === undefined) throw new Error("no run yet");
    return run;
  });
}

describe("an Idempotency-Key", () => {
  const headers = { "idempotency-key": "order 17 / ~first~" };

  test("makes a repeated request wait for the same run, and shows that run's own trace", async () => {
    const gateway = await buildTestGateway();
    const first = post(gateway, HELLO, headers);
    const run = await theRun(gateway);
    const second = post(gateway, HELLO, headers);
    run.emit("finished", { completion: toCompletion(run, { message: { content: "Hi." } }) });
    const [one, other] = await Promise.all([first, second]);
    expect(other.json()).toEqual(one.json());
    expect(gateway.gate.submitted).toHaveLength(1);
    expect(other.headers).toMatchObject({ "x-composite-run-id": run.run, "x-composite-trace-id": run.plan.traceId });
  });

  test("replays the result to who asks later, streamed or not, from the first byte", async () => {
    const gateway = await buildTestGateway();
    gateway.gate.onSubmit = (run) => {
      run.emit("delta", { step: "final", stream_attempt: 1, text: "Hal" });
      run.emit("reset", { step: "final", stream_attempt: 2 });
      run.emit("delta", { step: "final", stream_attempt: 2, text: "Hi." });
      run.emit("finished", { completion: toCompletion(run, { message: { content: "Hi." } }) });
    };
    const whole = await post(gateway, HELLO, headers);
    const stream = await post(gateway, { ...HELLO, stream: true, stream_options: { include_usage: true } }, headers);
    const { chunks, isDone } = readSse(stream.body);
    expect(isDone).toBe(true);
    expect(assemble(chunks)).toMatchObject({ content: "Hi.", finishReasons: ["stop"] });
    expect(chunks[0]).toMatchObject({ id: whole.json<{ id: string }>().id, created: whole.json<{ created: number }>().created });
    expect(chunks.at(-1)?.usage).toMatchObject({ total_tokens: 17 });
    expect(gateway.gate.submitted).toHaveLength(1);
  });

  test("lets a stream attach to a run that streams, from its first token", async () => {
    const gateway = await buildTestGateway();
    const first = post(gateway, { ...HELLO, stream: true }, headers);
    const run = await theRun(gateway);
    run.emit("delta", { step: "final", stream_attempt: 1, text: "Hel" });
    const second = post(gateway, { ...HELLO, stream: true }, headers);
    run.emit("delta", { step: "final", stream_attempt: 1, text: "lo." });
    run.emit("finished", { completion: toCompletion(run, { message: { content: "Hello." } }) });
    for (const { body } of await Promise.all([first, second])) expect(assemble(readSse(body).chunks).content).toBe("Hello.");
    expect(gateway.gate.submitted).toHaveLength(1);
  });

  test("lets a stream attach to a run whose last stage began again, from the first token that counts", async () => {
    const gateway = await buildTestGateway();
    const first = post(gateway, { ...HELLO, stream: true }, headers);
    const run = await theRun(gateway);
    run.emit("delta", { step: "final", stream_attempt: 1, text: "Hal" });
    run.emit("reset", { step: "final", stream_attempt: 2 });
    run.emit("delta", { step: "final", stream_attempt: 2, text: "Hi" });
    run.emit("stage", { name: "final", index: 0, state: "started", reason: null });
    expect(readSse((await first).body).chunks.at(-1)?.error?.code).toBe("upstream_error");
    const second = post(gateway, { ...HELLO, stream: true }, headers);
    await vi.waitFor(() => expect(run.isClosed).toBe(false));
    run.emit("delta", { step: "final", stream_attempt: 2, text: " there." });
    run.emit("finished", { completion: toCompletion(run, { message: { content: "Hi there." } }) });
    const { chunks, isDone } = readSse((await second).body);
    expect(assemble(chunks).content).toBe("Hi there.");
    expect(isDone).toBe(true);
  });

  test("is a 409 that is not repeated with another body, and nothing else is handed in", async () => {
    const gateway = await buildTestGateway();
    gateway.gate.onSubmit = (run) => run.emit("finished", { completion: toCompletion(run) });
    await post(gateway, HELLO, headers);
    const other = await post(gateway, { ...HELLO, temperature: 1 }, headers);
    expect(other.statusCode).toBe(409);
    expect(other.headers["x-should-retry"]).toBe("false");
    expect(errorResponse.parse(other.json()).error.code).toBe("idempotency_conflict");
    expect(gateway.gate.submitted).toHaveLength(1);
  });

  test("tells those who wait for a run that was cancelled that it was", async () => {
    const gateway = await buildTestGateway();
    const waiting = post(gateway, HELLO, headers);
    (await theRun(gateway)).cancel();
    const answer = await waiting;
    expect(answer.statusCode).toBe(409);
    expect(answer.headers["x-should-retry"]).toBe("false");
    expect(errorResponse.parse(answer.json()).error.code).toBe("run_cancelled");
  });

  test.each([
    ["", "an empty key"],
    ["k".repeat(256), "256 characters"],
    ["clé", "a letter beyond ASCII"],
    ["a\tb", "a control character"],
  ])("is refused as %j: %s", async (key) => {
    const gateway = await buildTestGateway();
    const answer = await post(gateway, HELLO, { "idempotency-key": key });
    expect(errorResponse.parse(answer.json()).error).toMatchObject({ code: "invalid_request", param: "Idempotency-Key" });
    expect(answer.statusCode).toBe(400);
    expect(gateway.gate.submitted).toEqual([]);
  });
});

describe("the tries of an official client", () => {
  test.each([
    ["its first try may be adopted by the next one", { "x-stainless-retry-count": "0" }, "may_be_adopted"],
    ["its later tries adopt", { "x-stainless-retry-count": "2" }, "adopts"],
    ["a key says more than the number of a try", { "x-stainless-retry-count": "1", "idempotency-key": "k" }, "none"],
    ["another client's requests stand for themselves", {}, "none"],
    ["a number that is none counts as not sent", { "x-stainless-retry-count": "many" }, "none"],
  ])("%s", async (_case, headers, twin) => {
    const gateway = await buildTestGateway();
    gateway.gate.onSubmit = (run) => run.emit("finished", { completion: toCompletion(run) });
    for (const stream of [false, true]) await post(gateway, { ...HELLO, stream }, headers);
    const [one] = gateway.gate.submitted;
    expect(one?.submission.twin).toBe(twin);
    expect(gateway.gate.submitted.map(({ isDelivered }) => isDelivered)).not.toContain(twin === "none");
  });

  test("a failure is nothing that was delivered", async () => {
    const gateway = await buildTestGateway();
    gateway.gate.onSubmit = (run) =>
      run.emit("error", { status: 502, headers: {}, error: { message: "x", type: "upstream_error", param: null, code: "upstream_error" } });
    await post(gateway, HELLO, { "x-stainless-retry-count": "0" });
    expect(gateway.gate.submitted[0]?.isDelivered).toBe(false);
  });
});
