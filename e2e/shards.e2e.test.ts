import { randomUUID } from "node:crypto";
import type { RunObject } from "@composite-llm/contracts";
import { assemble, readSse } from "@composite-llm/gateway/testing";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askRun, followRun } from "./harness/ask-run.ts";
import { chat, type ChatFields } from "./harness/open-client.ts";
import { COUNCIL, MOA, PANELS } from "./harness/panels.ts";
import { providerCalls, requestsByStep } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

const SHARDS = [0, 1];
const PATIENT = { timeout: 30_000, interval: 50 };
/** Two members and a final call, which take so long. */
function slowPanel(proposeMs: number, final: string): ChatFields {
  const proposers = [`openai/gpt-4o-mini-mock-latency-${proposeMs}`, `anthropic/claude-haiku-4-5-mock-latency-${proposeMs}`];
  return { model: `composite/moa/openai/gpt-4o-mock-${final}`, proposers };
}
const STEPS = { "propose.0.0": 1, "propose.0.1": 1, final: 1 };

let stack: Stack;
let records: RunRecords[];

beforeAll(async () => {
  stack = await startStack({ shards: SHARDS.length });
  records = stack.redisServers.map(({ url }) => openRunRecords({ redisUrl: url, redisPrefix: stack.redisPrefix }));
});

afterAll(async () => {
  for (const each of records) each.close();
  await stack.stop();
});

/** The shard that a run's id names: its last byte. */
const shardOf = (run: string): number => Number.parseInt(run.slice(-2), 16);

/** The same run with another shard in its id. */
const movedTo = (run: string, shard: number): string => `${run.slice(0, -2)}${shard.toString(16).padStart(2, "0")}`;

function post(path: string, body: object, headers: Record<string, string>): Promise<Response> {
  return fetch(`${stack.gatewayUrl}/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

const runOf = (answer: Response): string => answer.headers.get("x-composite-run-id") ?? "";
const stepsOf = async (run: string) => requestsByStep(await providerCalls(stack.mockUrl, run));

/** Keys whose runs belong to each shard, found by asking for small ones: the same key always leads to the same shard. */
async function keysByShard(count: number): Promise<string[][]> {
  const keys: string[][] = SHARDS.map(() => []);
  while (keys.some((ofShard) => ofShard.length < count)) {
    const key = randomUUID();
    const answer = await post("/runs", chat({ model: "openai/gpt-4o-mini-mock-latency-60000" }), { "idempotency-key": key });
    const { id } = (await answer.json()) as RunObject;
    // A cancelled run leaves its key free.
    await askRun(stack.gatewayUrl, "DELETE", `/${id}?erase=true`);
    keys[shardOf(id)]?.push(key);
  }
  return keys.map((ofShard) => ofShard.slice(0, count));
}

describe("two Redis instances", () => {
  it("share the runs, panels and streams alike, each with everything of its own ones", async () => {
    const asked = Array.from({ length: 12 }, (_, index) => ({
      panel: PANELS[index % 2] ?? { request: MOA, steps: {} },
      stream: index % 4 < 2,
    }));
    const answers = await Promise.all(
      asked.map(async ({ panel, stream }, index) => {
        const answer = await post("/chat/completions", { ...chat(panel.request), stream }, { "idempotency-key": `spread-${index}` });
        return { run: runOf(answer), status: answer.status, text: await answer.text() };
      }),
    );
    expect(new Set(answers.map(({ run }) => shardOf(run)))).toEqual(new Set(SHARDS));
    for (const [index, { run, status, text }] of answers.entries()) {
      expect(status).toBe(200);
      expect(await stepsOf(run)).toEqual(asked[index]?.panel.steps);
      const committed = await records[shardOf(run)]?.committed(run);
      const content = asked[index]?.stream
        ? assemble(readSse(text).chunks).content
        : (JSON.parse(text) as typeof committed)?.choices[0]?.message.content;
      expect(content).toBe(committed?.choices[0]?.message.content);
      expect(await records[1 - shardOf(run)]?.state(run)).toBeNull();
    }
  });

  it("have one list of runs, newest first, whose pages lead to each other", async () => {
    const made: string[] = [];
    for (let index = 0; index < 10; index += 1) {
      const body = chat({ model: "openai/gpt-4o-mini", metadata: { index: String(index) } });
      made.push((await askRun(stack.gatewayUrl, "POST", "", body)).run.id);
    }
    expect(new Set(made.map(shardOf))).toEqual(new Set(SHARDS));
    const page = async (query: string) => {
      const answer = await fetch(`${stack.gatewayUrl}/v1/runs?${query}`);
      return (await answer.json()) as { data: RunObject[]; has_more: boolean; next_cursor: string | null };
    };
    const all = (await page("limit=100")).data.map(({ id }) => id);
    expect(all.slice(0, 10).toSorted()).toEqual(made.toSorted());
    expect(all).toEqual(all.toSorted().toReversed());
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const next = await page(`limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`);
      expect(next.has_more).toBe(next.next_cursor !== null);
      seen.push(...next.data.map(({ id }) => id));
      cursor = next.next_cursor;
    }
    expect(seen).toEqual(all);
  });

  it("know a key and a client's own retries each on the shard of the first try", async () => {
    const [ofFirst, ofSecond] = await keysByShard(1);
    for (const [shard, key] of [ofFirst?.[0] ?? "", ofSecond?.[0] ?? ""].entries()) {
      const headers = { "idempotency-key": key };
      const body = chat(slowPanel(200, "latency-200"));
      const answers = await Promise.all(Array.from({ length: 20 }, () => post("/chat/completions", body, headers)));
      expect([...new Set(answers.map(runOf))].map(shardOf)).toEqual([shard]);
      expect(await stepsOf(runOf(answers[0] ?? Response.error()))).toEqual(STEPS);
      const other = await post("/chat/completions", { ...body, temperature: 0 }, headers);
      expect([other.status, await other.json()]).toMatchObject([409, { error: { code: "idempotency_conflict" } }]);
    }

    const adopted = new Set<number>();
    for (let question = 0; adopted.size < SHARDS.length; question += 1) {
      const body = { ...chat(slowPanel(1, "latency-800")), metadata: { question: String(question) } };
      const hangUp = new AbortController();
      const first = await fetch(`${stack.gatewayUrl}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-stainless-retry-count": "0" },
        body: JSON.stringify({ ...body, stream: true }),
        signal: hangUp.signal,
      });
      hangUp.abort();
      const again = await post("/chat/completions", body, { "x-stainless-retry-count": "1" });
      expect(runOf(again)).toBe(runOf(first));
      expect(await stepsOf(runOf(first))).toEqual(STEPS);
      adopted.add(shardOf(runOf(first)));
    }
  });

  it("retry a failed run where its journal is", async () => {
    const [ofFirst, ofSecond] = await keysByShard(1);
    for (const [shard, key] of [ofFirst?.[0] ?? "", ofSecond?.[0] ?? ""].entries()) {
      const made = await post("/runs", chat(slowPanel(1, "chunk-1-stream-cut-9")), { "idempotency-key": key });
      const { id } = (await made.json()) as RunObject;
      await vi.waitFor(async () => expect(await records[shard]?.state(id)).toBe("failed"), PATIENT);
      // Whatever shard the retry's own key would lead to.
      for (const retryKey of ["a", "b", "c"]) {
        const retried = (await (await post(`/runs/${id}/retry`, {}, { "idempotency-key": `${id} ${retryKey}` })).json()) as RunObject;
        expect([retried.retry_of, shardOf(retried.id)]).toEqual([id, shard]);
        await vi.waitFor(async () => expect(await records[shard]?.state(retried.id)).toBe("failed"), PATIENT);
        const steps = (await providerCalls(stack.mockUrl, retried.id)).map(({ step }) => step);
        expect(new Set(steps)).toEqual(new Set(["final"]));
      }
    }
  });

  it("have no run of another shard's number", async () => {
    const { run } = await askRun(stack.gatewayUrl, "POST", "", chat({ model: "openai/gpt-4o-mini" }));
    for (const shard of [1 - shardOf(run.id), SHARDS.length, 255]) {
      for (const [method, path] of [
        ["GET", ""],
        ["GET", "/events"],
        ["DELETE", ""],
        ["POST", "/retry"],
      ] as const) {
        const answer = await fetch(`${stack.gatewayUrl}/v1/runs/${movedTo(run.id, shard)}${path}`, { method });
        expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: "run_not_found" } }]);
      }
    }
    expect((await askRun(stack.gatewayUrl, "GET", `/${run.id}`)).status).toBe(200);
  });
});

async function statusOf(url: string): Promise<number> {
  const answer = await fetch(url).catch(() => null);
  await answer?.arrayBuffer();
  return answer?.status ?? 0;
}

const WORKERS = ["gateway", "orchestrator", "model-caller"];
const healthOf = (path: string) => Promise.all(WORKERS.map((name) => statusOf(`${stack.process(name).url}/health/${path}`)));

async function expectUnavailable(answer: Response): Promise<void> {
  expect([answer.status, answer.headers.get("retry-after"), await answer.json()]).toEqual([
    503,
    "2",
    { error: expect.objectContaining({ code: "queue_unavailable" }) as object },
  ]);
}

describe("a Redis that is killed", () => {
  it("refuses only its own runs, and goes on with them when it is back, paying nothing twice", async () => {
    const [ofFirst = [], ofSecond = []] = await keysByShard(3);
    const body = { ...chat(slowPanel(2500, "tokens-40-tps-20")), stream: true };
    const streams = await Promise.all(
      [ofFirst[0] ?? "", ofSecond[0] ?? ""].map((key) => post("/chat/completions", body, { "idempotency-key": key })),
    );
    const texts = streams.map((stream) => stream.text());
    const runs = streams.map(runOf);
    for (const run of runs) await vi.waitFor(async () => expect(Object.keys(await stepsOf(run))).toHaveLength(2), PATIENT);

    await stack.redisServers[1]?.kill();
    const meanwhile = post("/chat/completions", chat(MOA), { "idempotency-key": ofFirst[1] ?? "" });
    await expectUnavailable(await post("/chat/completions", chat(MOA), { "idempotency-key": ofSecond[1] ?? "" }));
    await expectUnavailable(await fetch(`${stack.gatewayUrl}/v1/runs/${runs[1]}`));
    // A list without the runs of a shard would be a wrong one.
    await expectUnavailable(await fetch(`${stack.gatewayUrl}/v1/runs`));
    expect((await askRun(stack.gatewayUrl, "GET", `/${runs[0]}`)).run.status).toBe("running");
    const answer = await meanwhile;
    expect([answer.status, shardOf(runOf(answer))]).toEqual([200, 0]);
    expect(await healthOf("live")).toEqual([200, 200, 200]);
    expect((await healthOf("ready"))[0]).toBe(503);

    await stack.redisServers[1]?.startAgain();
    for (const [shard, run] of runs.entries()) {
      const { chunks, isDone } = readSse((await texts[shard]) ?? "");
      expect({ isDone, error: chunks.at(-1)?.error }).toEqual({ isDone: true });
      expect(assemble(chunks).content).toBe((await records[shard]?.committed(run))?.choices[0]?.message.content);
      expect(await stepsOf(run)).toEqual(STEPS);
    }
    await vi.waitFor(async () => expect(await healthOf("ready")).toEqual([200, 200, 200]), PATIENT);
    const again = await post("/chat/completions", chat(COUNCIL), { "idempotency-key": ofSecond[2] ?? "" });
    expect([again.status, shardOf(runOf(again))]).toEqual([200, 1]);
  });

  it("keeps no process from starting, which serves the other one at once and this one when it is back", async () => {
    const [ofFirst = [], ofSecond = []] = await keysByShard(2);
    const begun = await post("/runs", chat(slowPanel(60_000, "latency-1")), { "idempotency-key": ofSecond[0] ?? "" });
    const { id } = (await begun.json()) as RunObject;
    await vi.waitFor(async () => expect(Object.keys(await stepsOf(id))).toHaveLength(2), PATIENT);

    await stack.redisServers[1]?.kill();
    // Each is ready, and its restart at its end, when all shards are there again.
    const restarts = Promise.all(WORKERS.map((name) => stack.process(name).restart()));
    await vi.waitFor(async () => expect(await healthOf("live")).toEqual([200, 200, 200]), PATIENT);
    const answer = await post("/chat/completions", chat(MOA), { "idempotency-key": ofFirst[1] ?? "" });
    expect([answer.status, shardOf(runOf(answer))]).toEqual([200, 0]);
    await expectUnavailable(await post("/chat/completions", chat(MOA), { "idempotency-key": ofSecond[1] ?? "" }));
    expect(await healthOf("ready")).toEqual([503, 503, 503]);

    await stack.redisServers[1]?.startAgain();
    await restarts;
    expect((await askRun(stack.gatewayUrl, "GET", `/${id}`)).run.status).toBe("running");
    expect((await askRun(stack.gatewayUrl, "DELETE", `/${id}`)).run.status).toBe("cancelled");
    expect((await followRun(stack.gatewayUrl, id)).at(-1)).toMatchObject({ event: "error", data: { code: "run_cancelled" } });
    const there = await post("/chat/completions", chat(MOA), { "idempotency-key": ofSecond[1] ?? "" });
    expect([there.status, shardOf(runOf(there))]).toEqual([200, 1]);
  });
});
