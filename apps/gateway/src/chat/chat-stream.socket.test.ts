import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { GOES_ON } from "@composite-llm/queue";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { buildTestGateway, type TestGateway, type TestGatewayOptions } from "../testing/build-test-gateway.ts";
import type { FakeRun } from "../testing/fake-run.ts";
import { assemble, readSse } from "../testing/read-sse.ts";
import { toCompletion } from "../testing/to-completion.ts";

const BODY = { model: "composite/moa/openai/gpt-5", stream: true, messages: [{ role: "user", content: "Hello" }] };

let gateway: TestGateway;
let url: string;
const cleanups: (() => void)[] = [];

async function serve(options: TestGatewayOptions = {}): Promise<void> {
  gateway = await buildTestGateway(options);
  url = await gateway.app.listen({ host: "127.0.0.1", port: 0 });
}

/** A client that sends a chat request and reads nothing until it is told to. */
async function silentClient(): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
  cleanups.push(() => socket.destroy());
  socket.pause();
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const body = JSON.stringify(BODY);
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

async function firstRun(): Promise<FakeRun> {
  return vi.waitFor(() => {
    const [run] = gateway.gate.submitted;
    if (run === undefined) throw new Error("no run yet");
    return run;
  });
}

/** Emits text until the gateway asks for a pause. */
async function flood(run: FakeRun): Promise<string> {
  const piece = "x".repeat(64 * 1024);
  let text = "";
  for (let turn = 0; turn < 2000 && !run.isPaused; turn += 1) {
    run.emit("delta", { step: "final", stream_attempt: 1, text: piece });
    text += piece;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(run.isPaused).toBe(true);
  return text;
}

describe("a stream over a socket", () => {
  beforeEach(() => {
    cleanups.length = 0;
  });

  afterEach(async () => {
    for (const cleanup of cleanups) cleanup();
    await gateway.shutdown(0);
  });

  test("has its headers before the first event, and every event as it comes", async () => {
    await serve();
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(BODY),
    });
    const run = await firstRun();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no",
      "cache-control": "no-store",
      "x-composite-run-id": run.run,
      "x-composite-trace-id": run.plan.traceId,
    });
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    const next = async (): Promise<string> => decoder.decode((await reader?.read())?.value);
    run.emit("delta", { step: "final", stream_attempt: 1, text: "Hel" });
    expect(readSse(await next()).chunks[0]?.choices[0]?.delta.content).toBe("Hel");
    run.emit("delta", { step: "final", stream_attempt: 1, text: "lo" });
    expect(readSse(await next()).chunks[0]?.choices[0]?.delta.content).toBe("lo");
    run.emit("finished", { completion: toCompletion(run, { message: { content: "Hello" } }) });
    expect(readSse(await next()).isDone).toBe(true);
    expect((await reader?.read())?.done).toBe(true);
    expect(run.isClosed).toBe(true);
    expect(gateway.gate.cancelled).toEqual([]);
  });

  test("is kept alive by comments while nothing happens", async () => {
    await serve({ timing: { pingMs: 5 } });
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(BODY),
    });
    const run = await firstRun();
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while ((text.match(/: ping\n/g) ?? []).length < 3) text += (await reader?.read())?.value ?? "";
    run.emit("finished", { completion: toCompletion(run, { message: { content: "Hi" } }) });
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) text += read.value;
    const { chunks, pings, isDone } = readSse(text);
    expect(pings).toBeGreaterThanOrEqual(3);
    expect(assemble(chunks).content).toBe("Hi");
    expect(isDone).toBe(true);
  });

  test.each([
    ["at once", {}, {}, 0],
    ["after a grace, when its client numbers its tries", { "x-stainless-retry-count": "0" }, {}, 3000],
    ["after a grace, when its client gave a key", { "idempotency-key": "a" }, {}, 3000],
    ["after a grace, when the request says so", {}, { on_disconnect: "grace" }, 3000],
    ["at once, when the request says so", { "idempotency-key": "a" }, { on_disconnect: "cancel" }, 0],
    ["never, when the request says so", {}, { on_disconnect: "continue" }, GOES_ON],
  ])("leaves its run when its client hangs up, to be cancelled %s", async (_when, headers, composite, graceMs) => {
    await serve();
    const hangUp = new AbortController();
    await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ ...BODY, composite }),
      signal: hangUp.signal,
    });
    const run = await firstRun();
    expect(run.submission.graceMs).toBe(graceMs);
    hangUp.abort();
    await vi.waitFor(() => expect(run.left).toEqual([undefined]));
    expect(run.isClosed).toBe(true);
    expect(run.isDelivered).toBe(false);
  });

  test("lets its run go on when the final stage begins again after its first token", async () => {
    await serve();
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-stainless-retry-count": "0" },
      body: JSON.stringify(BODY),
    });
    const run = await firstRun();
    run.emit("delta", { step: "final", stream_attempt: 1, text: "Hel" });
    run.emit("reset", { step: "final", stream_attempt: 2 });
    const { chunks, isDone } = readSse(await response.text());
    expect(chunks.at(-1)?.error).toMatchObject({ composite: { run_id: run.run } });
    expect(isDone).toBe(false);
    expect(run.left).toEqual([GOES_ON]);
    expect(run.isDelivered).toBe(false);
  });

  test("stops its source while the client does not read, and loses nothing when it reads on", async () => {
    await serve();
    const socket = await silentClient();
    const run = await firstRun();
    const text = await flood(run);
    // Held back at the source, not here.
    run.emit("delta", { step: "final", stream_attempt: 1, text: "the end" });
    run.emit("finished", { completion: toCompletion(run, { message: { content: `${text}the end` } }) });

    let received = "";
    socket.setEncoding("utf8");
    socket.on("data", (data: string) => (received += data));
    socket.resume();
    await vi.waitFor(() => expect(received.endsWith("0\r\n\r\n")).toBe(true), { timeout: 10_000 });
    const said = received
      .slice(received.indexOf("\r\n\r\n") + 4)
      .split(/\r\n/)
      .filter((_, index) => index % 2 === 1)
      .join("");
    const { chunks, isDone } = readSse(said);
    const { content } = assemble(chunks);
    expect(content.length).toBe(text.length + "the end".length);
    expect(content.endsWith("xthe end")).toBe(true);
    expect(isDone).toBe(true);
  });

  test("is given up when its client takes nothing for too long", async () => {
    await serve({ timing: { stallMs: 50 } });
    await silentClient();
    const run = await firstRun();
    await flood(run);
    await vi.waitFor(() => expect(run.left).toEqual([undefined]), { timeout: 5000 });
    expect(run.isClosed).toBe(true);
  });
});

describe("a JSON answer over a socket", () => {
  test("leaves its run when its client hangs up", async () => {
    await serve();
    const hangUp = new AbortController();
    const answer = fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...BODY, stream: false }),
      signal: hangUp.signal,
    });
    const run = await firstRun();
    hangUp.abort();
    await expect(answer).rejects.toThrow("aborted");
    await vi.waitFor(() => expect(run.left).toEqual([undefined]));
    await gateway.shutdown(0);
  });
});

describe("a shutdown", () => {
  test("lets a stream finish and takes no new connection", async () => {
    await serve();
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(BODY),
    });
    const run = await firstRun();
    const closed = gateway.shutdown(10_000);
    await vi.waitFor(() => expect(fetch(`${url}/health/live`)).rejects.toThrow());
    run.emit("finished", { completion: toCompletion(run, { message: { content: "Still here." } }) });
    expect(assemble(readSse(await response.text()).chunks).content).toBe("Still here.");
    await closed;
  });

  test("cuts what outlasts the grace time with an error, and leaves its run going", async () => {
    await serve();
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(BODY),
    });
    const run = await firstRun();
    await gateway.shutdown(10);
    const { chunks, isDone } = readSse(await response.text());
    expect(chunks.at(-1)?.error).toMatchObject({ composite: { run_id: run.run } });
    expect(isDone).toBe(false);
    expect(run.left).toEqual([GOES_ON]);
  });

  test("answers what waits for JSON with a 503 that names the run, and leaves that going too", async () => {
    await serve();
    const answer = fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...BODY, stream: false }),
    });
    const run = await firstRun();
    await gateway.shutdown(10);
    const response = await answer;
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: "queue_unavailable", composite: { run_id: run.run } } });
    expect(run.left).toEqual([GOES_ON]);
  });
});
