import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askRun } from "./harness/ask-run.ts";
import { MESSAGES } from "./harness/panels.ts";
import { postChat } from "./harness/post-chat.ts";
import { providerCalls, requestsByStep } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

const PANELS = 50;
const PATIENT = { timeout: 60_000, interval: 200 };
/** A provider that does one thing at a time, and is busy with it. */
const HOLDER = "openai/gpt-4o-mock-latency-100000";
const PANEL = { model: "composite/moa/openai/gpt-4o", proposers: [{ model: "openai/gpt-4o-mini", count: 2 }] };
const EACH_STEP_ONCE = { "propose.0.0": 1, "propose.0.1": 1, final: 1 };

let stack: Stack;
let records: RunRecords;

beforeAll(async () => {
  stack = await startStack({
    config: "version: 1\nproviders: { openai: { limits: { concurrent: 1 } } }\n",
    services: { orchestrator: { env: { ORCHESTRATOR_CONCURRENCY: "2" } } },
  });
  records = openRunRecords(stack);
});

afterAll(async () => {
  records.close();
  await stack.stop();
});

/** Runs in the background. */
function start(count: number, fields: object): Promise<string[]> {
  const ask = async () => (await askRun(stack.gatewayUrl, "POST", "", { ...fields, messages: MESSAGES })).run.id;
  return Promise.all(Array.from({ length: count }, ask));
}

async function holdProvider(): Promise<() => Promise<void>> {
  const [holder = ""] = await start(1, { model: HOLDER });
  await vi.waitFor(async () => expect(await providerCalls(stack.mockUrl, holder)).toHaveLength(1), PATIENT);
  return async () => {
    expect((await providerCalls(stack.mockUrl, holder))[0]?.end).toBeNull();
    await askRun(stack.gatewayUrl, "DELETE", `/${holder}`);
  };
}

async function waitingOf(runs: readonly string[]): Promise<(string | undefined)[]> {
  const answers = await Promise.all(runs.map((run) => askRun(stack.gatewayUrl, "GET", `/${run}`)));
  return answers.map(({ run }) => run.waiting?.reason);
}

const untilAllWait = (runs: readonly string[]) =>
  vi.waitFor(async () => expect(await waitingOf(runs)).toEqual(runs.map(() => "rate_limited")), PATIENT);

async function expectAllDone(runs: readonly string[]): Promise<void> {
  await vi.waitFor(
    async () => expect(await Promise.all(runs.map((run) => records.state(run)))).toEqual(runs.map(() => "succeeded")),
    PATIENT,
  );
  for (const run of runs) expect(requestsByStep(await providerCalls(stack.mockUrl, run))).toEqual(EACH_STEP_ONCE);
  expect(await waitingOf(runs)).toEqual(runs.map(() => undefined));
  const queue = `${stack.redisPrefix}:q:runs`;
  await vi.waitFor(
    async () =>
      expect([
        await records.redis.zcard(`${queue}:delayed`),
        await records.redis.llen(`${queue}:wait`),
        await records.redis.llen(`${queue}:active`),
      ]).toEqual([0, 0, 0]),
    PATIENT,
  );
}

describe("an orchestrator with two places", () => {
  it("carries out a run at another provider at once while fifty panels wait for theirs", async () => {
    const release = await holdProvider();
    const panels = await start(PANELS, PANEL);
    const other = { model: "anthropic/claude-haiku-4-5", messages: MESSAGES };
    // Behind all fifty, which give their places back one after the other.
    expect((await postChat(stack.gatewayUrl, other)).status).toBe(200);
    await untilAllWait(panels);
    expect((await postChat(stack.gatewayUrl, other)).status).toBe(200);
    expect(await waitingOf(panels)).toEqual(panels.map(() => "rate_limited"));
    for (const run of panels) expect(await providerCalls(stack.mockUrl, run)).toEqual([]);
    await release();
    await expectAllDone(panels);
  });

  it("loses none of its parked runs when it is killed, nor what is answered until it is back", async () => {
    const release = await holdProvider();
    const panels = await start(5, PANEL);
    await untilAllWait(panels);
    await stack.process("orchestrator").kill("SIGKILL");
    await release();
    await vi.waitFor(async () => {
      for (const run of panels) expect(await providerCalls(stack.mockUrl, run)).toHaveLength(2);
    }, PATIENT);
    await stack.process("orchestrator").restart();
    await expectAllDone(panels);
  });
});
