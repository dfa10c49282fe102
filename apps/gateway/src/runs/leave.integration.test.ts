import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import type { RunPlan } from "@composite-llm/contracts";
import { isRunId, type RunId, systemClock } from "@composite-llm/core";
import { createRunGate, type RunGate } from "@composite-llm/queue";
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { buildTestGateway, type TestGateway } from "../testing/build-test-gateway.ts";

const HELLO = { model: "composite/moa/openai/gpt-5", messages: [{ role: "user", content: "Hello" }] };

/** Two gateways on one Redis, without anybody who executes runs. */
let gates: [RunGate, RunGate];
let gateways: [TestGateway, TestGateway];
let urls: [string, string];

beforeEach(async () => {
  const target = { url: inject("redisUrl"), prefix: `t${randomUUID()}`, onError: () => undefined, clock: systemClock, resultTtlMs: 60_000 };
  gates = [await createRunGate(target), await createRunGate(target)];
  gateways = [await buildTestGateway({ gate: gates[0] }), await buildTestGateway({ gate: gates[1] })];
  const listen = ({ app }: TestGateway) => app.listen({ host: "127.0.0.1", port: 0 });
  urls = [await listen(gateways[0]), await listen(gateways[1])];
});

afterEach(async () => {
  for (const gateway of gateways) await gateway.shutdown(0);
  for (const gate of gates) await gate.close();
});

function send(url: string, fields: object = {}, init: RequestInit = {}): Promise<Response> {
  const headers = { "content-type": "application/json", ...(init.headers as Record<string, string> | undefined) };
  return fetch(`${url}/v1/chat/completions`, {
    ...init,
    method: "POST",
    headers,
    body: JSON.stringify({ ...HELLO, stream: true, ...fields }),
  });
}

function runOf(response: Response): RunId {
  const run = response.headers.get("x-composite-run-id") ?? "";
  if (!isRunId(run)) throw new Error("no run");
  return run;
}

const stored = (run: RunId) => gates[1].read(run);
const stateOf = async (run: RunId) => (await stored(run))?.state;
const listOf = async () => (await gates[1].list("anonymous", { before: null, limit: 10, state: null })).runs;

function connectionsOf({ app }: TestGateway): Promise<number> {
  return promisify(app.server.getConnections.bind(app.server))();
}

describe("a client that hangs up", () => {
  test("has its run cancelled within a second", async () => {
    const hangUp = new AbortController();
    const run = runOf(await send(urls[0], {}, { signal: hangUp.signal }));
    hangUp.abort();
    const startedMs = performance.now();
    await vi.waitFor(async () => expect(await stateOf(run)).toBe("cancelled"), { timeout: 5000 });
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  test("finds its run again by its own next try, at another gateway too, and then waits for it", async () => {
    const hangUp = new AbortController();
    const first = send(urls[0], { stream: false }, { signal: hangUp.signal, headers: { "x-stainless-retry-count": "0" } });
    await vi.waitFor(async () => expect(await listOf()).toHaveLength(1));
    hangUp.abort();
    await expect(first).rejects.toThrow();
    const second = runOf(await send(urls[1], {}, { headers: { "x-stainless-retry-count": "1" } }));
    expect((await listOf()).map(({ run }) => run)).toEqual([second]);
    expect(await stateOf(second)).toBe("queued");
  });

  test("loses its run when it does not come back in time", async () => {
    const hangUp = new AbortController();
    const run = runOf(await send(urls[0], {}, { signal: hangUp.signal, headers: { "idempotency-key": "k" } }));
    hangUp.abort();
    const startedMs = performance.now();
    await vi.waitFor(async () => expect(await stateOf(run)).toBe("cancelled"), { timeout: 8000 });
    expect(performance.now() - startedMs).toBeGreaterThan(2900);
    expect(performance.now() - startedMs).toBeLessThan(4000);
  });

  test("ends nothing while another one waits for the same run", async () => {
    const headers = { "idempotency-key": "k" };
    const hangUp = new AbortController();
    const run = runOf(await send(urls[0], { on_disconnect: "cancel" }, { signal: hangUp.signal, headers }));
    const other = await send(urls[1], { on_disconnect: "cancel" }, { headers });
    expect(runOf(other)).toBe(run);
    hangUp.abort();
    await vi.waitFor(async () => expect(await connectionsOf(gateways[0])).toBe(0));
    expect(await stateOf(run)).toBe("queued");
    await gates[1].cancel(run);
    expect(await other.text()).toContain("run_cancelled");
  });
});

describe("a gateway that shuts down", () => {
  test("leaves its runs going without listeners", async () => {
    const runs = [runOf(await send(urls[0])), runOf(await send(urls[0], {}, { headers: { "idempotency-key": "k" } }))];
    await gateways[0].shutdown(10);
    await gates[0].close();
    for (const run of runs) {
      await vi.waitFor(async () => expect(await stored(run)).toMatchObject({ state: "queued", isBackground: true }));
    }
  });

  test("lets the same key find its run at the next one", async () => {
    const headers = { "idempotency-key": "k" };
    const run = runOf(await send(urls[0], {}, { headers }));
    await gateways[0].shutdown(10);
    const plan: RunPlan | undefined = (await stored(run))?.plan;
    const again = await send(urls[1], {}, { headers });
    expect(runOf(again)).toBe(run);
    expect(again.headers.get("x-composite-trace-id")).toBe(plan?.traceId);
  });
});
