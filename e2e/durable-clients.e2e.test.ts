import { randomUUID } from "node:crypto";
import type { ReadEvent } from "@composite-llm/gateway/testing";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { OpenAI } from "openai";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askRun, followRun } from "./harness/ask-run.ts";
import { chat, openClient, runOf, textOf } from "./harness/open-client.ts";
import { fetchChat } from "./harness/post-chat.ts";
import { providerCalls, requestsByStep } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";
import { isSigned, receiveWebhooks } from "./harness/webhook-receiver.ts";

const SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const CONFIG = `version: 1\nwebhooks: { secrets: { billing: whsec_${SECRET} }, allow_private: true }\n`;

/** A panel of two whose answer comes in about so many seconds. */
function slowPanel(proposeMs: number, final: string) {
  const proposers = [`openai/gpt-4o-mini-mock-latency-${proposeMs}`, `anthropic/claude-haiku-4-5-mock-latency-${proposeMs}`];
  return { model: `composite/moa/openai/gpt-4o-mock-${final}`, proposers };
}
const STEPS = { "propose.0.0": 1, "propose.0.1": 1, final: 1 };
const PATIENT = { timeout: 30_000, interval: 50 };

let stack: Stack;
let records: RunRecords;

beforeAll(async () => {
  stack = await startStack({ config: CONFIG });
  records = openRunRecords(stack);
});

afterAll(async () => {
  records.close();
  await stack.stop();
});

/** The runs for which the provider was asked anything since a point of its ledger. */
async function runsSince(known: number): Promise<string[]> {
  const calls = (await providerCalls(stack.mockUrl)).slice(known);
  return [...new Set(calls.map(({ run }) => run ?? ""))];
}
const ledgerLength = async () => (await providerCalls(stack.mockUrl)).length;

function ended(run: string, state: string) {
  return vi.waitFor(async () => expect(await records.state(run)).toBe(state), PATIENT);
}

describe("the official client with a time-out shorter than the run", () => {
  it("gets the answer on its third try, of a run that was paid once", async () => {
    const tries: (string | null)[] = [];
    const client = new OpenAI({
      baseURL: `${stack.gatewayUrl}/v1`,
      apiKey: "any",
      timeout: 2500,
      maxRetries: 2,
      fetch: (url, init) => {
        tries.push(new Headers(init?.headers).get("x-stainless-retry-count"));
        return fetch(url, init);
      },
    });
    const known = await ledgerLength();
    const body = chat(slowPanel(3000, "latency-4000"));
    const completion = await client.chat.completions.create(body);
    expect(tries).toEqual(["0", "1", "2"]);
    expect(await runsSince(known)).toEqual([runOf(completion)]);
    expect(requestsByStep(await providerCalls(stack.mockUrl, runOf(completion)))).toEqual(STEPS);
    expect(textOf(completion)).toMatch(/^\[simulated gpt-4o/);

    // What was delivered belongs to who got it: the same question is a run of its own, also as somebody's second try.
    const again = await fetch(`${stack.gatewayUrl}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-stainless-retry-count": "1" },
      body: JSON.stringify({ ...body, stream: true }),
    });
    const other = again.headers.get("x-composite-run-id") ?? "";
    expect(other).not.toBe(runOf(completion));
    await again.body?.cancel();
    await askRun(stack.gatewayUrl, "DELETE", `/${other}`);
  });
});

describe("an Idempotency-Key", () => {
  it("lets a second client attach in the middle of a stream, from its first byte, and replays the result later", async () => {
    const client = openClient(stack.gatewayUrl);
    const options = { headers: { "Idempotency-Key": randomUUID() } };
    const body = { ...chat({ model: "openai/gpt-4o-mock-tokens-40-tps-20" }), stream: true } as const;
    const known = await ledgerLength();
    const read = async (stream: AsyncIterable<OpenAI.ChatCompletionChunk>, onChunk: (count: number) => void = () => undefined) => {
      const chunks: OpenAI.ChatCompletionChunk[] = [];
      for await (const chunk of stream) onChunk(chunks.push(chunk));
      return { text: chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join(""), id: chunks[0]?.id };
    };
    let second: ReturnType<typeof read> | undefined;
    const first = await read(await client.chat.completions.create(body, options), (count) => {
      if (count === 5) second = client.chat.completions.create(body, options).then((stream) => read(stream));
    });
    expect(first.text.length).toBeGreaterThan(40);
    expect(await second).toEqual(first);
    const replayed = await client.chat.completions.create({ ...body, stream: false }, options);
    expect([replayed.id, textOf(replayed)]).toEqual([first.id, first.text]);
    expect(await runsSince(known)).toEqual([runOf(replayed)]);

    const conflict = client.chat.completions.create({ ...body, stream: false, temperature: 0 }, { ...options, maxRetries: 2 });
    await expect(conflict).rejects.toThrow(OpenAI.ConflictError);
    await expect(conflict).rejects.toMatchObject({ code: "idempotency_conflict" });
    expect(await runsSince(known)).toHaveLength(1);
  });

  it("makes fifty requests at once one run", async () => {
    const client = openClient(stack.gatewayUrl);
    const options = { headers: { "Idempotency-Key": randomUUID() } };
    const known = await ledgerLength();
    const body = chat(slowPanel(300, "latency-300"));
    const completions = await Promise.all(Array.from({ length: 50 }, () => client.chat.completions.create(body, options)));
    expect(new Set(completions.map((completion) => JSON.stringify(completion))).size).toBe(1);
    const [run = ""] = await runsSince(known);
    expect(requestsByStep((await providerCalls(stack.mockUrl)).slice(known))).toEqual(STEPS);
    expect(run).toBe(runOf(completions[0] ?? { id: "" }));
  });

  it("finds the run again when the gateway was killed under it", async () => {
    const client = new OpenAI({ baseURL: `${stack.gatewayUrl}/v1`, apiKey: "any", maxRetries: 6 });
    const known = await ledgerLength();
    const asked = client.chat.completions.create(chat(slowPanel(2500, "latency-2500")), { headers: { "Idempotency-Key": randomUUID() } });
    await vi.waitFor(async () => expect(await ledgerLength()).toBe(known + 2), PATIENT);
    await stack.process("gateway").restart();
    const completion = await asked;
    expect(await runsSince(known)).toEqual([runOf(completion)]);
    expect(requestsByStep(await providerCalls(stack.mockUrl, runOf(completion)))).toEqual(STEPS);
  });
});

describe("a client that hangs up", () => {
  it.each([
    ["at once, when it will not come back", {}, 0],
    ["after the grace, when it may come back", { "x-stainless-retry-count": "0" }, 3000],
  ])("has every provider call of its run aborted %s", async (_when, headers, graceMs) => {
    for (const stage of ["propose", "final"]) {
      const hangUp = new AbortController();
      const panel = stage === "propose" ? slowPanel(60_000, "latency-1") : slowPanel(1, "latency-60000");
      const answer = await fetch(`${stack.gatewayUrl}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(headers as Record<string, string>) },
        body: JSON.stringify({ ...chat(panel), stream: true }),
        signal: hangUp.signal,
      });
      const run = answer.headers.get("x-composite-run-id") ?? "";
      const open = async () => (await providerCalls(stack.mockUrl, run)).filter(({ end }) => end === null).map(({ step }) => step);
      await vi.waitFor(async () => expect(await open()).toContain(stage === "propose" ? "propose.0.1" : "final"), PATIENT);
      const underWay = await open();
      hangUp.abort();
      const hungUpMs = Date.now();
      await ended(run, "cancelled");
      await vi.waitFor(async () => expect(await open()).toEqual([]), PATIENT);
      const calls = (await providerCalls(stack.mockUrl, run)).filter(({ step }) => underWay.includes(step));
      for (const { end } of calls) {
        expect(end?.outcome).toBe("aborted");
        expect((end?.endedMs ?? 0) - hungUpMs).toBeGreaterThan(graceMs - 200);
        expect((end?.endedMs ?? 0) - hungUpMs).toBeLessThan(graceMs + 1000);
      }
    }
  });

  it("may let its run go on, and fetch the result", async () => {
    const hangUp = new AbortController();
    const answer = await fetchChat(
      stack.gatewayUrl,
      { ...chat(slowPanel(500, "latency-500")), stream: true, on_disconnect: "continue" },
      { signal: hangUp.signal },
    );
    const run = answer.headers.get("x-composite-run-id") ?? "";
    hangUp.abort();
    await ended(run, "succeeded");
    expect((await askRun(stack.gatewayUrl, "GET", `/${run}`)).run.result).toEqual(await records.committed(run));
  });
});

describe("a run in the background", () => {
  it("completes although its gateway is killed, and its events go on without a gap at the next one", async () => {
    const accepted = await askRun(stack.gatewayUrl, "POST", "", { ...chat(slowPanel(300, "tokens-60-tps-20")), metadata: { order: "17" } });
    const { id } = accepted.run;
    expect(accepted).toMatchObject({ status: 202, run: { background: true, metadata: { order: "17" } } });
    expect(accepted.headers.get("location")).toBe(`/v1/runs/${id}`);
    const deltas = (events: ReadEvent[]) => events.filter(({ event }) => event === "delta");

    const gateway = stack.process("gateway");
    const kills: Promise<void>[] = [];
    const before = await followRun(stack.gatewayUrl, id, 0, (events) => {
      if (deltas(events).length >= 5 && kills.length === 0) kills.push(gateway.kill("SIGKILL"));
      return false;
    });
    await Promise.all(kills);
    expect(before.at(-1)?.event).toBe("delta");
    await ended(id, "succeeded");
    await gateway.restart();
    const after = await followRun(stack.gatewayUrl, id, before.at(-1)?.id);

    const events = [...before, ...after];
    expect(events.map((event) => event.id)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)?.event).toBe("finished");
    const { run } = await askRun(stack.gatewayUrl, "GET", `/${id}`);
    const said = deltas(events).map(({ data }) => (data as { text?: string }).text ?? "");
    expect(said.join("")).toBe(run.result?.choices[0]?.message.content);
    expect(run).toMatchObject({
      status: "succeeded",
      error: null,
      composite: { calls: 3, cost_final: true, stages: [{ name: "propose" }, { name: "final" }] },
    });
    expect(events.at(-1)?.data).toEqual(run.result);
    expect(requestsByStep(await providerCalls(stack.mockUrl, id))).toEqual(STEPS);
  });

  it("shows how far it is, and is cancelled and erased on request", async () => {
    const { id } = (await askRun(stack.gatewayUrl, "POST", "", chat(slowPanel(1, "latency-60000")))).run;
    await vi.waitFor(async () => expect((await providerCalls(stack.mockUrl, id)).map(({ step }) => step)).toContain("final"), PATIENT);
    expect((await askRun(stack.gatewayUrl, "GET", `/${id}`)).run).toMatchObject({
      status: "running",
      result: null,
      composite: {
        cost_final: false,
        stages: [
          { name: "propose", released: "all", calls: [{ status: "succeeded" }, { status: "succeeded" }] },
          { name: "final", released: null, calls: [{ step: "final", status: "open" }] },
        ],
      },
    });
    const cancelledMs = Date.now();
    expect((await askRun(stack.gatewayUrl, "DELETE", `/${id}`)).run).toMatchObject({
      status: "cancelled",
      error: { code: "run_cancelled" },
    });
    await vi.waitFor(
      async () => expect((await providerCalls(stack.mockUrl, id)).at(-1)?.end).toMatchObject({ outcome: "aborted" }),
      PATIENT,
    );
    expect(((await providerCalls(stack.mockUrl, id)).at(-1)?.end?.endedMs ?? 0) - cancelledMs).toBeLessThan(1000);
    // What was spent is told once the caller of the last call has said it.
    await vi.waitFor(async () => expect((await askRun(stack.gatewayUrl, "GET", `/${id}`)).run.composite.cost_final).toBe(true), PATIENT);

    expect((await askRun(stack.gatewayUrl, "DELETE", `/${id}?erase=true`)).status).toBe(200);
    expect((await askRun(stack.gatewayUrl, "GET", `/${id}`)).status).toBe(404);
    expect(await records.redis.keys(`${stack.redisPrefix}:run:${id}*`)).toEqual([]);
  });

  it("begins again with what it had when it is retried after it failed", async () => {
    const { id } = (await askRun(stack.gatewayUrl, "POST", "", chat(slowPanel(1, "chunk-1-stream-cut-9")))).run;
    await ended(id, "failed");
    const retried = await askRun(stack.gatewayUrl, "POST", `/${id}/retry`);
    expect(retried).toMatchObject({ status: 202, run: { retry_of: id } });
    await ended(retried.run.id, "failed");
    const steps = (await providerCalls(stack.mockUrl, retried.run.id)).map(({ step }) => step);
    expect(new Set(steps)).toEqual(new Set(["final"]));
  });
});

describe("a webhook", () => {
  it("tells of each run's end, signed, until it is taken, and then no more", async () => {
    const receiver = await receiveWebhooks((index) => (index === 0 ? 503 : 204));
    const webhook = { url: receiver.url, secret: "billing" };
    const [done, cancelled] = [
      await askRun(stack.gatewayUrl, "POST", "", { ...chat({ model: "openai/gpt-4o" }), webhook }),
      await askRun(stack.gatewayUrl, "POST", "", { ...chat({ model: "openai/gpt-4o-mock-latency-60000" }), webhook }),
    ];
    await askRun(stack.gatewayUrl, "DELETE", `/${cancelled.run.id}`);
    await vi.waitFor(() => expect(receiver.received).toHaveLength(3), PATIENT);
    for (const { run } of [done, cancelled]) {
      await vi.waitFor(
        async () => expect(await records.redis.hget(`${stack.redisPrefix}:run:${run.id}`, "webhook")).toBe("delivered"),
        PATIENT,
      );
    }
    expect(receiver.received.filter((one) => !isSigned(one, SECRET))).toEqual([]);
    expect(receiver.received[2]?.headers["webhook-id"]).toBe(receiver.received[0]?.headers["webhook-id"]);
    const told = receiver.received.map((one) => `${one.told.type} ${one.told.data.id} ${String(one.headers["webhook-id"])}`);
    expect(new Set(told)).toEqual(
      new Set([`run.succeeded ${done.run.id} msg_${done.run.id}`, `run.cancelled ${cancelled.run.id} msg_${cancelled.run.id}`]),
    );
    const success = receiver.received.find(({ told: { type } }) => type === "run.succeeded");
    expect(success?.told.data.result).toEqual(await records.committed(done.run.id));
    expect(receiver.received).toHaveLength(3);
    await receiver.close();
  });
});
