import { randomUUID } from "node:crypto";
import type { Arena } from "../arena/arena.ts";
import { readLedger } from "../evidence/read-ledger.ts";
import { ownerOf } from "../inject/find-process.ts";
import { killProcess } from "../inject/kill-process.ts";
import { ask } from "../load/ask-some.ts";
import { until } from "../until.ts";
import { everyClientAnswered } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";
import { newRuns, wonSteps } from "./look-at-runs.ts";

const VICTIM = "orchestrator-1";

/** Two members at once, a slow one, and an answer that takes two seconds. */
const PANEL = {
  model: "composite/moa/anthropic/claude-sonnet-4-5-mock-tokens-40-tps-20",
  proposers: ["openai/gpt-4o-mini", "anthropic/claude-haiku-4-5", "openai/gpt-5-mini-mock-latency-2500"],
};

/** Runs until the victim has one in hand; gives that one. */
async function giveVictimRun(arena: Arena): Promise<string> {
  const known = new Set(await newRuns(arena, new Set()));
  return until("the victim to take up a run", async () => {
    for (const run of await newRuns(arena, known)) if ((await ownerOf(arena, run)) === VICTIM) return run;
    return null;
  });
}

async function isWith(arena: Arena, run: string, step: string): Promise<boolean> {
  return (await readLedger(arena.stack, run)).some((request) => request.step === step);
}

/** Each brings a run of the victim to a point of its life; the victim is killed there. */
const POINTS: Record<string, (arena: Arena) => Promise<void>> = {
  "at start": async (arena) => {
    await arena.ways.get(VICTIM)?.proxy.holdBefore('"state":"queued"');
  },
  "after dispatch": async (arena) => {
    const run = await giveVictimRun(arena);
    await until("a dispatched call", () => isWith(arena, run, "propose.0.2"));
  },
  "with two of three results": async (arena) => {
    const run = await giveVictimRun(arena);
    await until("two results", async () => (await wonSteps(arena, run)).length === 2);
  },
  "before the final stage": async (arena) => {
    const run = await giveVictimRun(arena);
    await until("two results", async () => (await wonSteps(arena, run)).length === 2);
    // Stopped, it cannot dispatch what the last result asks for.
    await arena.stack.process(VICTIM).kill("SIGSTOP");
    await until("the last result", async () => (await wonSteps(arena, run)).length === 3);
  },
  "before finish": async (arena) => {
    const run = await giveVictimRun(arena);
    await until("the final call", () => isWith(arena, run, "final"));
    await arena.stack.process(VICTIM).kill("SIGSTOP");
    await until("the final result", async () => (await wonSteps(arena, run)).includes("final"));
  },
};

async function killAt(arena: Arena, point: string, reach: (arena: Arena) => Promise<void>): Promise<void> {
  arena.say(`  ${point}`);
  const reached = reach(arena);
  const clients = ask(
    arena,
    Array.from({ length: 6 }, () => ({ fields: PANEL, key: randomUUID() })),
  );
  await reached;
  await killProcess(arena, VICTIM);
  arena.clients.push(...(await clients));
}

export const killOrchestrator: Experiment = {
  number: 2,
  name: "kill -9 of an orchestrator",
  load: "6 runs of a panel at once: JSON, streams and followers of events",
  injected: Object.keys(POINTS).join("; "),
  rounds: 4,
  inSubset: true,
  round: async (arena, extent) => {
    const points = Object.entries(POINTS);
    const chosen = extent === "subset" ? points.slice(3, 4) : points;
    for (const [point, reach] of chosen) await killAt(arena, point, reach);
  },
  expectations: [
    everyClientAnswered,
    {
      demands: "no call is repeated",
      check: ({ ledger }) => {
        const steps = new Set(ledger.map(({ run, step }) => `${run} ${step}`));
        const repeats = ledger.length - steps.size;
        return { figures: `${repeats} repeats`, violations: repeats === 0 ? [] : [`${repeats} calls were repeated`] };
      },
    },
  ],
};
