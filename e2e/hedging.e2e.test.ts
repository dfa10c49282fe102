import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { askRun } from "./harness/ask-run.ts";
import { postChat } from "./harness/post-chat.ts";
import { MESSAGES } from "./harness/panels.ts";
import { type ProviderCall, providerCalls, reportedUsage, requestsByStep } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

/** Quick in the stage that warms up, silent for half a minute in the one after it: so much the process learns within one run. */
const MEMBER = "openai/gpt-4o-mini-mock-latency-100-on-slow-latency-30000";
const OTHER = "anthropic/claude-haiku-4-5-mock-latency-2000";

const STRATEGY = `
import { appendMaterial, defineStrategy, memberMessages } from "@composite-llm/strategies";
import { z } from "zod";

export const strategy = defineStrategy({
  name: "warmed-up",
  description: "Eight quick answers and eight more, then one that is slow.",
  options: z.strictObject({}),
  plan: ({ base }) => {
    const slot = { role: "proposer", member: { model: ${JSON.stringify(MEMBER)} }, field: "model" };
    const quick = (layer) => ({ name: "quick", layer, slots: Array(8).fill(slot) });
    return { stages: [quick(0), quick(1), { name: "slow", layer: 0, slots: [slot] }], final: { role: "aggregator", member: base, field: "model" } };
  },
  async run(context) {
    const messages = memberMessages(context);
    for (const layer of [0, 1]) await context.stage({ name: "quick", layer, messages: () => messages });
    const { answers } = await context.stage({ name: "slow", messages: () => messages });
    const material = answers.map(({ text }) => ({ kind: "draft", label: "draft", text }));
    return { answer: await context.final(appendMaterial(context.messages, 1, { intro: "A draft.", material, task: "Answer." })) };
  },
});
`;
const MODEL = "composite/warmed-up/openai/gpt-4o";
const PATIENT = { timeout: 30_000, interval: 50 };

let folder: string;
let stack: Stack;
let records: RunRecords;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hedging-"));
  await writeFile(join(folder, "warmed-up.ts"), STRATEGY);
  stack = await startStack({
    config: `
version: 1
strategies: { warmed-up: ${JSON.stringify(join(folder, "warmed-up.ts"))} }
models: { fallbacks: { "${MEMBER}": ["${OTHER}"] } }
profiles: { hedged: { strategy: warmed-up, model: openai/gpt-4o, hedge: true } }
`,
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
  await rm(folder, { recursive: true, force: true });
});

async function slowCalls(run: string): Promise<ProviderCall[]> {
  return (await providerCalls(stack.mockUrl, run)).filter(({ step }) => step?.startsWith("slow"));
}

const summaryOf = (calls: ProviderCall[]) => calls.map(({ step, wire, end }) => [step, wire, end?.outcome ?? "open"]);

describe("a member that is silent for longer than usual", () => {
  it("is called again at another provider, whose answer counts; the silent call is aborted and everything is accounted for", async () => {
    const { body, run } = await postChat(stack.gatewayUrl, { model: "composite/profile/hedged", messages: MESSAGES });
    await vi.waitFor(async () =>
      expect(summaryOf(await slowCalls(run))).toEqual([
        ["slow.0.0", "openai", "aborted"],
        ["slow.0.0~1", "anthropic", "completed"],
      ]),
    );
    const [first, second] = await slowCalls(run);
    // The loser is withdrawn with the success of the other, not with the end of the run.
    expect((first?.end?.endedMs ?? 0) - (second?.end?.endedMs ?? 0)).toBeLessThan(1000);
    const slow = body.composite.stages.find(({ name }) => name === "slow");
    expect(slow?.calls.map(({ step, provider, status }) => [step, provider, status])).toEqual([
      ["slow.0.0", "openai", "cancelled"],
      ["slow.0.0~1", "anthropic", "succeeded"],
    ]);
    expect(body.composite).toMatchObject({ calls: 19, failed: [], degraded: [] });

    const calls = await providerCalls(stack.mockUrl, run);
    expect(requestsByStep(calls)["slow.0.0~1"]).toBe(1);
    const ended = await vi.waitFor(async () => {
      const { run: object } = await askRun(stack.gatewayUrl, "GET", `/${run}`);
      expect(object.composite.cost_final).toBe(true);
      return object.composite;
    }, PATIENT);
    expect(ended.usage).toMatchObject(reportedUsage(calls));
    const listed = ended.stages.flatMap((stage) => stage.calls);
    expect(listed).toHaveLength(calls.length);
    expect(listed.reduce((sum, call) => sum + (call.cost_usd ?? 0), 0)).toBeCloseTo(ended.cost_usd ?? 0, 9);
    const wasted = listed.filter(({ status }) => status !== "succeeded").reduce((sum, call) => sum + (call.cost_usd ?? 0), 0);
    expect(ended.wasted_usd).toBeCloseTo(wasted, 9);
  });

  it("is waited for where hedging was not asked for", async () => {
    const run = await started(MODEL);
    await vi.waitFor(async () => expect(summaryOf(await slowCalls(run))).toEqual([["slow.0.0", "openai", "open"]]), PATIENT);
    const [open] = await slowCalls(run);
    await vi.waitFor(() => expect(Date.now() - (open?.startedMs ?? Date.now())).toBeGreaterThan(2000), PATIENT);
    expect(await slowCalls(run)).toHaveLength(1);
    await askRun(stack.gatewayUrl, "DELETE", `/${run}`);
  });

  it("is hedged once also when the orchestrator dies with both calls under way", async () => {
    const run = await started("composite/profile/hedged");
    const both = [
      ["slow.0.0", "openai", "open"],
      ["slow.0.0~1", "anthropic", "open"],
    ];
    await vi.waitFor(async () => expect(summaryOf(await slowCalls(run))).toEqual(both), { ...PATIENT, interval: 10 });
    await stack.process("orchestrator").kill("SIGKILL");
    await stack.process("orchestrator").restart();
    await vi.waitFor(async () => expect(await records.state(run)).toBe("succeeded"), PATIENT);
    expect(summaryOf(await slowCalls(run))).toEqual([
      ["slow.0.0", "openai", "aborted"],
      ["slow.0.0~1", "anthropic", "completed"],
    ]);
    expect(await records.owners(run)).toBe(2);
  });
});

/** A run in the background. */
async function started(model: string): Promise<string> {
  return (await askRun(stack.gatewayUrl, "POST", "", { model, messages: MESSAGES })).run.id;
}
