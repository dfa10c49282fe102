import { randomUUID } from "node:crypto";
import { killProcess } from "../inject/kill-process.ts";
import { ask } from "../load/ask-some.ts";
import { pause } from "../until.ts";
import { everyClientAnswered } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";

const CLIENTS = 50;

const PANEL = {
  model: "composite/moa/openai/gpt-4o-mock-tokens-20-tps-20",
  proposers: ["openai/gpt-4o-mini-mock-latency-600", "anthropic/claude-haiku-4-5-mock-latency-900"],
};

export const oneKey: Experiment = {
  number: 23,
  name: `${CLIENTS} concurrent requests with one idempotency key`,
  load: `${CLIENTS} clients with the same body: JSON, streams and followers of events`,
  injected: "every other round the gateway is killed in the middle",
  rounds: 6,
  inSubset: true,
  round: async (arena) => {
    const key = randomUUID();
    const clients = ask(
      arena,
      Array.from({ length: CLIENTS }, () => ({ fields: PANEL, key })),
    );
    if (arena.clients.length % (2 * CLIENTS) !== 0) {
      await pause(500);
      await killProcess(arena, "gateway");
    }
    arena.clients.push(...(await clients));
  },
  expectations: [
    everyClientAnswered,
    {
      demands: "one key is one run",
      check: ({ clients }) => {
        const runs = new Map<string, Set<string>>();
        for (const { idempotencyKey, runs: told } of clients) {
          const known = runs.get(idempotencyKey ?? "") ?? new Set();
          for (const run of told) known.add(run);
          runs.set(idempotencyKey ?? "", known);
        }
        const doubled = [...runs].filter(([, ids]) => ids.size !== 1);
        return { figures: `${runs.size} keys`, violations: doubled.map(([key, ids]) => `${key} made ${ids.size} runs`) };
      },
    },
  ],
};
