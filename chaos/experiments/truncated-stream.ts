import { ask } from "../load/ask-some.ts";
import type { Expectation, Experiment } from "./experiment.ts";

const BROKEN = ["mock-stream-cut-5", "mock-stream-rst-5", "mock-stream-half-close-5"];

const truncatedIsNoSuccess: Expectation = {
  demands: "an answer without its end is no success; a panel goes on without it",
  check: ({ clients }) => {
    const alone = clients.filter(({ model }) => !model.startsWith("composite/"));
    const passed = alone.filter(({ text }) => text !== null).map(({ kind, model }) => `${model} passed for an answer of a ${kind} client`);
    const untold = alone.filter(({ kind, tries }) => kind !== "events" && tries.every(({ error }) => error === null));
    const lacking = clients.filter((client) => !alone.includes(client) && client.text === null);
    const violations = [
      ...passed,
      ...untold.map(({ kind, model }) => `a ${kind} client of ${model} was told no error`),
      ...lacking.map(({ runs }) => `the panel ${runs.join()} has no answer`),
    ];
    return { figures: `${alone.length} alone, ${clients.length - alone.length} panels`, violations };
  },
};

export const truncatedStream: Experiment = {
  number: 13,
  name: "a stream that ends without a finish, is reset, or half-closed",
  load: "alone and as a member of a panel, JSON and streams",
  injected: BROKEN.join(", "),
  rounds: 4,
  round: async (arena) => {
    for (const broken of BROKEN) {
      const alone = { fields: { model: `openai/${broken}` }, key: null };
      const proposers = ["anthropic/claude-haiku-4-5", "anthropic/claude-sonnet-4-5", `openai/${broken}`];
      const panel = { fields: { model: "composite/moa/anthropic/claude-sonnet-4-5", proposers }, key: null };
      // A follower needs a key to read on.
      arena.clients.push(...(await ask(arena, [alone, alone, panel, panel, alone])));
    }
  },
  expectations: [truncatedIsNoSuccess],
};
