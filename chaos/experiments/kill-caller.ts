import { randomUUID } from "node:crypto";
import type { Arena } from "../arena/arena.ts";
import { readLedger } from "../evidence/read-ledger.ts";
import { readRun } from "../evidence/read-runs.ts";
import { callerOf } from "../inject/find-process.ts";
import { killProcess } from "../inject/kill-process.ts";
import { ask } from "../load/ask-some.ts";
import { until } from "../until.ts";
import { everyClientAnswered } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";
import { newRuns } from "./look-at-runs.ts";

const VICTIM = "model-caller-1";

const PANEL = {
  model: "composite/moa/openai/gpt-4o-mock-tokens-40-tps-20",
  proposers: ["openai/gpt-4o-mini-mock-latency-1500", "anthropic/claude-haiku-4-5-mock-latency-1500"],
};

/** Waits for an open call of the victim's that is with the provider. */
function untilSent(arena: Arena, step: string): Promise<string> {
  return until(`${step} of the victim at the provider`, async () => {
    for (const run of await newRuns(arena, new Set())) {
      const sent = (await readLedger(arena.stack, run)).some((request) => request.step === step && request.endedMs === null);
      if (sent && (await callerOf(arena, run, step)) === VICTIM) return run;
    }
    return null;
  });
}

function holdVictim(text: string) {
  return async (arena: Arena): Promise<void> => {
    await arena.ways.get(VICTIM)?.proxy.holdBefore(text);
  };
}

/** Each brings a call of the victim to a point of its life; the victim is killed there. */
const POINTS: Record<string, (arena: Arena) => Promise<void>> = {
  "before admission": holdVictim('"state":"sent"'),
  "waiting for headers": async (arena) => {
    await untilSent(arena, "propose.0.0");
  },
  "mid-stream": async (arena) => {
    await until("a stream of the victim", async () => {
      for (const run of await newRuns(arena, new Set())) {
        const { events } = await readRun(arena.redis, arena.stack.redisPrefix, run);
        const batches = events.filter(({ kind }) => kind === "delta").length;
        if (batches >= 5 && (await callerOf(arena, run, "final")) === VICTIM) return true;
      }
      return false;
    });
  },
  "after the last byte": holdVictim('"servedModel"'),
  "after the commit": holdVictim(":completed"),
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

export const killCaller: Experiment = {
  number: 3,
  name: "kill -9 of a model-caller",
  load: "6 runs of a panel at once: JSON, streams and followers of events",
  injected: Object.keys(POINTS).join("; "),
  rounds: 4,
  inSubset: true,
  round: async (arena, extent) => {
    const points = Object.entries(POINTS);
    const chosen = extent === "subset" ? points.slice(2, 3) : points;
    for (const [point, reach] of chosen) await killAt(arena, point, reach);
  },
  expectations: [everyClientAnswered],
};
