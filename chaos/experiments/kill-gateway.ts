import { randomUUID } from "node:crypto";
import type { Arena } from "../arena/arena.ts";
import { readRun } from "../evidence/read-runs.ts";
import { killProcess } from "../inject/kill-process.ts";
import { ask } from "../load/ask-some.ts";
import { until } from "../until.ts";
import { everyClientAnswered } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";
import { newRuns } from "./look-at-runs.ts";

const PANEL = {
  model: "composite/moa/openai/gpt-4o-mock-tokens-60-tps-25",
  proposers: ["openai/gpt-4o-mini-mock-latency-400", "anthropic/claude-haiku-4-5-mock-latency-400"],
};

function holdGateway(text: string) {
  return async (arena: Arena): Promise<void> => {
    await arena.ways.get("gateway")?.proxy.holdBefore(text);
  };
}

/** Each brings a request to a point of its life; the gateway is killed there. */
const POINTS: Record<string, (arena: Arena) => Promise<void>> = {
  "before the accept": holdGateway('"planVersion"'),
  "between accept and enqueue": holdGateway('{"v":1,"run":"'),
  "after the enqueue": async (arena) => {
    await until("a run", async () => (await newRuns(arena, new Set())).length > 0);
  },
  "mid-stream": async (arena) => {
    await until("five batches of text", async () => {
      for (const run of await newRuns(arena, new Set())) {
        const { events } = await readRun(arena.redis, arena.stack.redisPrefix, run);
        if (events.filter(({ kind }) => kind === "delta").length >= 5) return true;
      }
      return false;
    });
  },
};

async function killAt(arena: Arena, point: string, reach: (arena: Arena) => Promise<void>): Promise<void> {
  arena.say(`  ${point}`);
  const reached = reach(arena);
  // The last three do not repeat: their runs are accepted or not, and then cancelled, for nobody listens.
  const wishes = Array.from({ length: 9 }, (_, index) => ({ fields: PANEL, key: index < 6 ? randomUUID() : null }));
  const clients = ask(arena, wishes);
  await reached;
  await killProcess(arena, "gateway");
  arena.clients.push(...(await clients));
}

export const killGateway: Experiment = {
  number: 1,
  name: "kill -9 of the gateway",
  load: "9 runs of a panel at once: JSON, streams and followers of events, 6 of them with a key and repeated",
  injected: Object.keys(POINTS).join("; "),
  rounds: 4,
  round: async (arena) => {
    for (const [point, reach] of Object.entries(POINTS)) await killAt(arena, point, reach);
  },
  expectations: [everyClientAnswered],
};
