import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunObject } from "@composite-llm/contracts";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askRun } from "./harness/ask-run.ts";
import { chat } from "./harness/open-client.ts";
import { type ProviderCall, providerCalls } from "./harness/provider-calls.ts";

/** A strategy that ends whatever process executes it. */
const POISON = `
import { defineStrategy } from "@composite-llm/strategies";
import { z } from "zod";

export const strategy = defineStrategy({
  name: "poison",
  description: "Kills its process.",
  options: z.strictObject({}),
  plan: ({ base }) => ({ stages: [], final: { role: "single", member: base, field: "model" } }),
  run: () => {
    process.kill(process.pid, "SIGKILL");
    return new Promise(() => undefined);
  },
});
`;
const OPERATOR_KEY = "key-of-the-operator";
/** Long enough that some of its calls are under way whenever a worker dies. */
const PANEL = {
  model: "composite/moa/openai/gpt-4o-mock-latency-1500",
  proposers: [
    "openai/gpt-4o-mini-mock-latency-2500",
    "openai/gpt-5-mini-mock-latency-3500",
    "anthropic/claude-haiku-4-5-mock-latency-2500",
  ],
};
const EACH_STEP = ["final", "propose.0.0", "propose.0.1", "propose.0.2"];

let folder: string;
let stack: Stack;
const deaths: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "poison-"));
  await writeFile(join(folder, "poison.ts"), POISON);
  stack = await startStack({
    config: `version: 1\nstrategies: { poison: ${JSON.stringify(join(folder, "poison.ts"))} }\n`,
    env: { OPERATOR_KEY },
    supervise: true,
    events: { onDeath: (name) => deaths.push(name) },
  });
});

afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

async function handIn(body: object): Promise<string> {
  const { status, run } = await askRun(stack.gatewayUrl, "POST", "", body);
  expect(status).toBe(202);
  return run.id;
}

async function look(run: string): Promise<RunObject> {
  return (await askRun(stack.gatewayUrl, "GET", `/${run}`)).run;
}

function handInPanels(count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => handIn(chat(PANEL))));
}

/** Ids of what is in quarantine, as the operator sees it. */
async function quarantined(): Promise<string[]> {
  const answer = await fetch(`${stack.gatewayUrl}/v1/admin/quarantine`, { headers: { authorization: `Bearer ${OPERATOR_KEY}` } });
  return ((await answer.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
}

/** Calls by step that ended well, as the provider saw them. */
function paid(calls: readonly ProviderCall[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { step, end } of calls) if (end?.outcome === "completed") counts[step ?? ""] = (counts[step ?? ""] ?? 0) + 1;
  return counts;
}

async function expectUnharmed(run: string): Promise<void> {
  await vi.waitFor(async () => expect((await look(run)).status).toBe("succeeded"), { timeout: 60_000, interval: 250 });
  const counts = paid(await providerCalls(stack.mockUrl, run));
  expect(Object.keys(counts).toSorted(), run).toEqual(EACH_STEP);
  // A worker can be killed between the end of an answer and its commit: then that one call is repeated.
  const repeated = Object.values(counts).reduce((sum, count) => sum + count - 1, 0);
  expect(repeated, `${run} ${JSON.stringify(counts)}`).toBeLessThanOrEqual(1);
}

/** Processes that were forked for the calls of a run, the latest last. */
async function apartOf(run: string): Promise<number[]> {
  const lines = (await stack.log("model-caller")).split("\n").filter((line) => line.includes("alone with the calls of a job"));
  return lines.map((line) => JSON.parse(line) as { run: string; pid: number }).flatMap((line) => (line.run === run ? [line.pid] : []));
}

describe("what kills its workers", () => {
  it.concurrent(
    "as a run is executed apart after three deaths and failed after twelve, and others go on",
    { timeout: 180_000 },
    async () => {
      const beside = await handInPanels(4);
      const poison = await handIn(chat({ model: "composite/poison/openai/gpt-4o-mini" }));
      await vi.waitFor(async () => expect((await look(poison)).quarantine).toHaveLength(1), { timeout: 90_000, interval: 250 });
      expect((await look(poison)).quarantine).toMatchObject([
        { step: null, deaths: expect.toSatisfy((count: number) => count >= 3) as number },
      ]);
      expect(await quarantined()).toContain(poison);
      const { pid } = stack.process("orchestrator");
      const later = await handInPanels(4);

      await vi.waitFor(async () => expect((await look(poison)).status).toBe("failed"), { timeout: 90_000, interval: 250 });
      const { error, quarantine } = await look(poison);
      expect(error).toMatchObject({ code: "worker_deaths", composite: { run_id: poison } });
      expect(error?.message).toMatch(/: 12 workers died .*killed by SIGKILL/);
      expect(quarantine).toEqual([]);
      expect(await quarantined()).not.toContain(poison);
      expect(deaths.filter((name) => name === "orchestrator")).toHaveLength(3);
      expect(stack.process("orchestrator").pid).toBe(pid);
      expect(await providerCalls(stack.mockUrl, poison)).toEqual([]);
      await Promise.all([...beside, ...later].map(expectUnharmed));
    },
  );

  it.concurrent("as a call is made apart after three deaths and failed after twelve, and others go on", { timeout: 180_000 }, async () => {
    const beside = await handInPanels(4);
    const poison = await handIn(chat({ model: "openai/gpt-4o-mock-latency-30000" }));
    const killed: ("service" | "apart")[] = [];
    let later: string[] = [];
    for (;;) {
      const requests = await vi.waitFor(
        async () => {
          const { length } = await providerCalls(stack.mockUrl, poison);
          expect(length > killed.length || (await look(poison)).status === "failed").toBe(true);
          return length;
        },
        { timeout: 60_000, interval: 100 },
      );
      if (requests === killed.length) break;
      if (killed.length < 3) {
        process.kill(stack.process("model-caller").pid, "SIGKILL");
        killed.push("service");
        continue;
      }
      const pids = await vi.waitFor(async () => {
        const apart = await apartOf(poison);
        expect(apart).toHaveLength(requests - 3);
        return apart;
      });
      if (later.length === 0) {
        expect(await quarantined()).toContainEqual(expect.stringContaining(`${poison}.`));
        expect((await look(poison)).quarantine).toContainEqual(expect.objectContaining({ step: "final", deaths: 3 }));
        later = await handInPanels(4);
      }
      process.kill(pids.at(-1) ?? 0, "SIGKILL");
      killed.push("apart");
    }
    expect(killed).toHaveLength(12);
    const { error } = await look(poison);
    expect(error).toMatchObject({
      code: "worker_deaths",
      composite: { run_id: poison, failed: [{ step: "final", class: "unavailable" }] },
    });
    expect(error?.message).toMatch(/: 12 workers died .*killed by SIGKILL/);
    expect(await quarantined()).not.toContainEqual(expect.stringContaining(poison));
    expect(deaths.filter((name) => name === "model-caller")).toHaveLength(3);
    expect(await providerCalls(stack.mockUrl, poison)).toHaveLength(12);
    await Promise.all([...beside, ...later].map(expectUnharmed));
    // Those that came when the call was apart already were not touched by its deaths.
    for (const run of later) {
      expect((await providerCalls(stack.mockUrl, run)).map(({ end }) => end?.outcome)).toEqual(Array(4).fill("completed"));
    }
  });
});
