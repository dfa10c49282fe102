import type { RunObject } from "@composite-llm/contracts";
import { errorResponse } from "@composite-llm/openai-api";
import { afterEach, describe, expect, test, vi } from "vitest";
import { buildTestGateway, type TestGateway, type TestGatewayOptions } from "../testing/build-test-gateway.ts";
import type { FakeRun } from "../testing/fake-run.ts";
import { readEvents } from "../testing/read-events.ts";
import { toCompletion } from "../testing/to-completion.ts";

const HELLO = { model: "composite/moa/openai/gpt-5", messages: [{ role: "user", content: "Hello" }] };

let gateway: TestGateway;
let url: string;

/** A gateway with one run. */
async function serve(options: TestGatewayOptions = {}): Promise<FakeRun> {
  gateway = await buildTestGateway(options);
  url = await gateway.app.listen({ host: "127.0.0.1", port: 0 });
  const made = await fetch(`${url}/v1/runs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(HELLO),
  });
  const { id } = (await made.json()) as RunObject;
  const run = gateway.gate.submitted.find((one) => one.run === id);
  if (run === undefined) throw new Error("the run is not there");
  return run;
}

function follow({ run }: FakeRun, query = "", init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/v1/runs/${run}/events${query}`, init);
}

function emitAll(run: FakeRun): void {
  run.emit("run", { status: "queued" });
  run.emit("run", { status: "running" });
  run.emit("delta", { step: "final", stream_attempt: 1, text: "Hi\n\n." });
  run.emit("reset", { step: "final", stream_attempt: 2 });
  run.emit("finished", { completion: toCompletion(run, { message: { content: "Hi." } }) });
}

describe("the events of a run", () => {
  afterEach(() => gateway.shutdown(0));

  test("come with number, kind and data, from the first to the last, and then the stream ends", async () => {
    const run = await serve();
    const following = follow(run);
    await vi.waitFor(() => expect(run.isClosed).toBe(false));
    emitAll(run);
    const response = await following;
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no",
      "x-composite-run-id": run.run,
    });
    const events = readEvents(await response.text());
    expect(events.map(({ id, event }) => [id, event])).toEqual([
      [1, "run"],
      [2, "run"],
      [3, "delta"],
      [4, "reset"],
      [5, "finished"],
    ]);
    expect(events[2]?.data).toEqual({ step: "final", stream_attempt: 1, text: "Hi\n\n." });
    // The last one is the result itself.
    expect(events[4]?.data).toMatchObject({ object: "chat.completion", choices: [{ message: { content: "Hi." } }] });
    expect(run.left).toEqual([]);
  });

  test("end with the error itself when the run failed", async () => {
    const run = await serve();
    run.emit("error", {
      status: 504,
      headers: {},
      error: { message: "late", type: "timeout_error", param: null, code: "deadline_exceeded" },
    });
    const events = readEvents(await (await follow(run)).text());
    expect(events).toEqual([
      { id: 1, event: "error", data: { message: "late", type: "timeout_error", param: null, code: "deadline_exceeded" } },
    ]);
  });

  test.each([
    ["Last-Event-ID", "", { "last-event-id": "3" }],
    ["starting_after", "?starting_after=3", {}],
    ["the newer of the two", "?starting_after=1", { "last-event-id": "3" }],
  ])("resume after %s without a gap", async (_what, query, headers) => {
    const run = await serve();
    emitAll(run);
    const events = readEvents(await (await follow(run, query, { headers: headers as Record<string, string> })).text());
    expect(events.map(({ id }) => id)).toEqual([4, 5]);
  });

  test("are over for who has had the last one, also for an EventSource", async () => {
    const run = await serve();
    emitAll(run);
    const response = await follow(run, "?starting_after=5");
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
  });

  test.each([
    ["?starting_after=6", {}, "starting_after"],
    ["?starting_after=-1", {}, "starting_after"],
    ["?starting_after=1.5", {}, "starting_after"],
    ["?starting_after=", {}, "starting_after"],
    ["?starting_after=99999999999999999999", {}, "starting_after"],
    ["", { "last-event-id": "abc" }, "Last-Event-ID"],
    ["", { "last-event-id": "6" }, "Last-Event-ID"],
  ])("are refused after %j %j", async (query, headers, param) => {
    const run = await serve();
    emitAll(run);
    const response = await follow(run, query, { headers: headers as Record<string, string> });
    expect(response.status).toBe(400);
    expect(errorResponse.parse(await response.json()).error).toMatchObject({ code: "invalid_cursor", param });
  });

  test("are kept alive by comments while nothing happens", async () => {
    const run = await serve({ timing: { pingMs: 5 } });
    const response = await follow(run);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while ((text.match(/: ping\n/g) ?? []).length < 3) text += (await reader?.read())?.value ?? "";
    emitAll(run);
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) text += read.value;
    expect(readEvents(text)).toHaveLength(5);
  });

  test("are left when their client hangs up, which leaves the run its own grace", async () => {
    const run = await serve();
    const hangUp = new AbortController();
    await follow(run, "", { signal: hangUp.signal });
    hangUp.abort();
    await vi.waitFor(() => expect(run.left).toEqual([undefined]));
  });

  test("end without a last one when they cannot be read any further, so that the client comes back", async () => {
    const run = await serve();
    run.emit("run", { status: "queued" });
    const response = await follow(run);
    await vi.waitFor(() => expect(run.isClosed).toBe(false));
    run.lose();
    expect(readEvents(await response.text()).map(({ event }) => event)).toEqual(["run"]);
  });

  test("end when the gateway shuts down, without a word to the run", async () => {
    const run = await serve();
    const response = await follow(run);
    await gateway.shutdown(10);
    expect(readEvents(await response.text())).toEqual([]);
    expect(run.left).toEqual([]);
    expect(run.isClosed).toBe(true);
  });

  test("are not followed by a HEAD", async () => {
    const run = await serve();
    expect((await follow(run, "", { method: "HEAD" })).status).toBe(404);
  });
});
