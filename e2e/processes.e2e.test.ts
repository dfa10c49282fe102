import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assemble, readSse } from "@composite-llm/gateway/testing";
import { isAlive } from "@composite-llm/scripts/process";
import { type EnsuredRedis, ensureRedis } from "@composite-llm/scripts/redis";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { chat, type ChatFields } from "./harness/open-client.ts";
import { COUNCIL, MOA } from "./harness/panels.ts";
import { fetchChat, postChat } from "./harness/post-chat.ts";
import { type ProviderCall, providerCalls, requestsByStep } from "./harness/provider-calls.ts";
import { residentMegabytes } from "./harness/resident-memory.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

/** The most that an idle service may occupy. */
const MOST_MEGABYTES = 150;
/** A lock of 5 s must end and be found to have ended, at most 4.5 s later. */
const RECOVERY_MS = 10_000;

const LAYERED = { proposers: ["openai/gpt-4o-mini", "openai/gpt-5-mini"], layers: 2 };
const EACH_STEP_ONCE = { "propose.0.0": 1, "propose.0.1": 1, "propose.1.0": 1, "propose.1.1": 1, final: 1 };

let directory: string;
let redis: EnsuredRedis;
let stack: Stack;
let records: RunRecords;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "processes-"));
  redis = await ensureRedis({ env: { PATH: process.env["PATH"] }, stateDirectory: directory, say: () => undefined });
  stack = await startStack({
    redisUrl: redis.url,
    env: { LOG_LEVEL: "debug" },
    services: { orchestrator: { count: 2 }, "model-caller": { count: 2, env: [{}, { MODEL_CALLER_PROVIDERS: "openai" }] } },
  });
  records = openRunRecords(stack);
});

/** Whoever a test has ended comes back for the next one. */
afterEach(async () => {
  for (const ended of stack.processes.filter(({ isRunning }) => !isRunning)) await ended.restart();
});

afterAll(async () => {
  records.close();
  await stack.stop();
  await redis.server?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Lines of a process's log with this message. */
async function logged(name: string, message: string): Promise<Record<string, unknown>[]> {
  const lines = (await stack.log(name)).split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === message);
}

function callsOf(run: string): Promise<ProviderCall[]> {
  return providerCalls(stack.mockUrl, run);
}

interface OpenStream {
  run: string;
  text: Promise<string>;
}

/** Opens a stream and waits until a step of its run is with the provider. */
async function openStream(fields: ChatFields, step: string, signal?: AbortSignal): Promise<OpenStream> {
  const answer = await fetchChat(stack.gatewayUrl, { ...chat(fields), stream: true }, signal === undefined ? {} : { signal });
  expect(answer.status).toBe(200);
  const run = answer.headers.get("x-composite-run-id") ?? "";
  await vi.waitFor(async () => expect((await callsOf(run)).map((call) => call.step)).toContain(step), { timeout: 10_000 });
  return { run, text: answer.text() };
}

/** Opens streams one after the other, so that their jobs come to everybody who waits for some. */
async function openStreams(count: number, fields: ChatFields, step: string): Promise<OpenStream[]> {
  const streams: OpenStream[] = [];
  while (streams.length < count) streams.push(await openStream(fields, step));
  return streams;
}

/** The client has the whole committed answer, once and to its end. */
async function expectWhole({ run, text }: OpenStream): Promise<void> {
  const { chunks, isDone } = readSse(await text);
  const committed = await records.committed(run);
  expect({ isDone, error: chunks.at(-1)?.error, degraded: committed?.composite.degraded }, run).toEqual({ isDone: true, degraded: [] });
  expect(assemble(chunks).content, run).toBe(committed?.choices[0]?.message.content);
  expect(await records.state(run)).toBe("succeeded");
}

async function memory(): Promise<Record<string, number>> {
  return Object.fromEntries(await Promise.all(stack.processes.map(async ({ name, pid }) => [name, await residentMegabytes(pid)] as const)));
}

describe("idle services", () => {
  it("occupy less than 150 MB each", async () => {
    const idle = await memory();
    expect(Object.values(idle).filter((megabytes) => !(megabytes > 10))).toEqual([]);
    expect(Object.entries(idle).filter(([, megabytes]) => megabytes >= MOST_MEGABYTES)).toEqual([]);
    for (const request of [MOA, COUNCIL]) expect((await postChat(stack.gatewayUrl, chat(request))).status).toBe(200);
    console.log("MB of the idle services:", idle, "and once they have served two panels:", await memory());
  });
});

describe("two orchestrators and two model-callers", () => {
  it("share runs and calls, each caller the providers that it serves, and do nothing twice", async () => {
    const count = 20;
    const answers = await Promise.all(Array.from({ length: count }, () => postChat(stack.gatewayUrl, chat(MOA))));
    const runs = answers.map(({ run }) => run);
    for (const { status, run } of answers) {
      expect(status).toBe(200);
      expect(requestsByStep(await callsOf(run))).toEqual({ "propose.0.0": 1, "propose.0.1": 1, "propose.0.2": 1, final: 1 });
    }
    const ours = (lines: Record<string, unknown>[]) => lines.filter(({ run }) => runs.includes(String(run)));
    await vi.waitFor(async () => {
      const ended = await Promise.all(["orchestrator-1", "orchestrator-2"].map(async (name) => ours(await logged(name, "run ended"))));
      expect(ended.map((lines) => lines.length > 0)).toEqual([true, true]);
      expect(
        ended
          .flat()
          .map(({ run }) => String(run))
          .toSorted(),
      ).toEqual(runs.toSorted());
      const [all = [], some = []] = await Promise.all(
        ["model-caller-1", "model-caller-2"].map(async (name) => ours(await logged(name, "call ended"))),
      );
      expect(all.length + some.length).toBe(count * 4);
      expect(new Set(all.map(({ provider }) => provider))).toEqual(new Set(["openai", "anthropic"]));
      expect(new Set(some.map(({ provider }) => provider))).toEqual(new Set(["openai"]));
    });
  });
});

describe("kill -9", () => {
  it("of a model-caller repeats the calls that it had under way, and no other", async () => {
    // Anthropic's are all with the first one, OpenAI's with either.
    const vendors = ["anthropic/claude-haiku-4-5-mock-latency-2000", "openai/gpt-4o-mock-latency-2000"];
    const streams: OpenStream[] = [];
    for (const model of [...vendors, ...vendors, ...vendors]) {
      streams.push(await openStream({ ...LAYERED, model: `composite/moa/${model}`, restart: "buffer" }, "final"));
    }
    const killedMs = Date.now();
    await stack.process("model-caller-1").kill("SIGKILL");
    await stack.process("model-caller-1").restart();
    await Promise.all(streams.map(expectWhole));

    const calls = await Promise.all(streams.map(({ run }) => callsOf(run)));
    for (const ofRun of calls) {
      const [first, second, ...more] = ofRun.filter(({ step }) => step === "final");
      expect(more).toEqual([]);
      expect(second === undefined ? "completed" : "aborted").toBe(first?.end?.outcome);
      expect(first?.wire === "anthropic" && second === undefined).toBe(false);
      expect((second?.startedMs ?? killedMs) - killedMs).toBeLessThan(RECOVERY_MS);
      expect(requestsByStep(ofRun.filter((call) => call !== second))).toEqual(EACH_STEP_ONCE);
    }
  });

  it("of an orchestrator repeats no call at all: another one goes on with its runs", async () => {
    const speaking = await openStreams(6, { ...LAYERED, model: "composite/moa/openai/gpt-4o-mock-tokens-30-tps-15" }, "final");
    // These are still under way when the other one takes their runs up; the others have been answered by then.
    const slow = { ...LAYERED, proposers: ["openai/gpt-4o-mini", "openai/mock-latency-9000"], layers: 1 };
    const thinking = await openStreams(6, { ...slow, model: "composite/moa/openai/gpt-4o" }, "propose.0.1");
    const killedMs = performance.now();
    await stack.process("orchestrator-2").kill("SIGKILL");
    await Promise.all(speaking.map(expectWhole));
    expect(performance.now() - killedMs).toBeLessThan(RECOVERY_MS);
    await Promise.all(thinking.map(expectWhole));

    expect(await Promise.all([...speaking, ...thinking].map(({ run }) => records.owners(run)))).toContain(2);
    for (const { run } of speaking) expect(requestsByStep(await callsOf(run))).toEqual(EACH_STEP_ONCE);
    for (const { run } of thinking) expect(requestsByStep(await callsOf(run))).toEqual({ "propose.0.0": 1, "propose.0.1": 1, final: 1 });
  });
});

describe("SIGTERM", () => {
  it("lets every service end what it has in hand, while others take what is new", async () => {
    const slow = { ...LAYERED, model: "composite/moa/openai/gpt-4o-mock-tokens-30-tps-20" };
    const streams = await openStreams(4, slow, "final");
    const ended = ["orchestrator-2", "model-caller-2"].map((name) => stack.process(name).kill("SIGTERM"));
    const next = await postChat(stack.gatewayUrl, chat({ ...LAYERED, model: "composite/moa/openai/gpt-4o" }));
    expect(next.status).toBe(200);
    await Promise.all([...ended, ...streams.map(expectWhole)]);

    const last = await openStream(slow, "final");
    let isLastOpen = true;
    const whole = expectWhole(last).finally(() => (isLastOpen = false));
    const gateway = stack.process("gateway").kill("SIGTERM");
    await vi.waitFor(() => expect(fetch(`${stack.gatewayUrl}/health/live`)).rejects.toThrow());
    expect(isLastOpen).toBe(true);
    await Promise.all([gateway, whole]);
    for (const { run } of [...streams, next, last]) expect(requestsByStep(await callsOf(run))).toEqual(EACH_STEP_ONCE);
    for (const name of ["orchestrator-2", "model-caller-2", "gateway"]) expect(await logged(name, "shut down"), name).toHaveLength(1);
  });
});

describe("without Redis", () => {
  it("the gateway says so at once, and all serve again when it is back", async () => {
    const pids = stack.processes.map(({ pid }) => pid);
    const services = stack.processes.filter(({ service }) => service !== "mock-provider");
    const areReady = () => Promise.all(services.map(async ({ url }) => (await fetch(`${url}/health/ready`)).ok));
    process.kill(redis.server?.pid ?? 0, "SIGKILL");
    await redis.server?.exited;
    for (const stream of [false, true]) {
      const askedMs = performance.now();
      const answer = await postChat(stack.gatewayUrl, { ...chat(MOA), stream });
      expect(performance.now() - askedMs).toBeLessThan(1_000);
      expect(answer).toMatchObject({
        status: 503,
        run: "",
        body: { error: { code: "queue_unavailable", param: null, type: "server_error" } },
      });
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    await vi.waitFor(async () => expect(await areReady()).toEqual(services.map(() => false)), { timeout: 5_000 });
    expect((await fetch(`${stack.gatewayUrl}/v1/models`)).status).toBe(200);

    redis = { ...redis, server: (await redis.server?.startAgain()) ?? null };
    await vi.waitFor(async () => expect((await postChat(stack.gatewayUrl, chat(MOA))).status).toBe(200), { timeout: 15_000 });
    await vi.waitFor(async () => expect(await areReady()).toEqual(services.map(() => true)), { timeout: 10_000 });
    expect(stack.processes.map(({ pid }) => pid)).toEqual(pids);
    expect(pids.filter((pid) => !isAlive(pid))).toEqual([]);
  });
});

describe("a client that hangs up", () => {
  it("has its run cancelled and every call of it aborted within a second", async () => {
    const speaking = new AbortController();
    const thinking = new AbortController();
    const stream = await openStream({ ...MOA, model: "composite/moa/openai/gpt-4o-mock-tokens-2000-tps-20" }, "final", speaking.signal);
    const slow = ["openai/mock-latency-60000", "anthropic/mock-latency-60001", "openai/mock-latency-60002"];
    const whole = fetchChat(stack.gatewayUrl, chat({ ...MOA, proposers: slow }), { signal: thinking.signal });
    const stuck = async () => (await providerCalls(stack.mockUrl)).filter(({ model }) => model.startsWith("mock-latency-6"));
    await vi.waitFor(async () => expect(await stuck()).toHaveLength(slow.length));
    const run = (await stuck())[0]?.run ?? "";

    const goneMs = Date.now();
    speaking.abort();
    thinking.abort();
    await expect(stream.text).rejects.toThrow(/abort/);
    await expect(whole).rejects.toThrow(/abort/);
    const open = async () => [...(await callsOf(run)), ...(await callsOf(stream.run)).filter(({ step }) => step === "final")];
    await vi.waitFor(async () => expect((await open()).map(({ end }) => end?.outcome)).toEqual(Array(4).fill("aborted")), {
      timeout: 5_000,
    });
    for (const { step, end } of await open()) expect((end?.endedMs ?? 0) - goneMs, step ?? "").toBeLessThan(1_000);
    for (const cancelled of [run, stream.run]) expect(await records.state(cancelled)).toBe("cancelled");
    expect(requestsByStep(await callsOf(run))).not.toHaveProperty("final");
  });
});
