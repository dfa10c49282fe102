import type { Arena } from "../arena/arena.ts";
import { ask } from "../load/ask-some.ts";
import { atMost, measure } from "./expectations.ts";
import type { Expectation, Experiment } from "./experiment.ts";

/** Models that never come to a meaningful event, or to a next one. */
const SILENT = ["mock-no-headers", "mock-stream-drip-10000", "mock-stream-pings-0", "mock-stream-pings-3", "mock-stream-hang-3"];
const TIMEOUTS = { firstTokenMs: 1_500, idleMs: 1_500 };
const GIVING_UP = "time until a request to a silent provider is given up";
/** A stream is given up by its time-outs; an answer in one piece, which has no first token, by the run's deadline. */
const DEADLINE_MS = 12_000;
const GIVEN_UP_MS = DEADLINE_MS + 1_000;

function isAlone(model: string): boolean {
  return !model.startsWith("composite/");
}

const errorNotAnswer: Expectation = {
  demands: "alone, a silent model ends in a typed error; in a panel it is left out",
  check: ({ clients }) => {
    const alone = clients.filter(({ model }) => isAlone(model));
    const answered = alone.filter(({ text }) => text !== null).map(({ model }) => `${model} passed for an answer`);
    const lacking = clients
      .filter(({ model, text }) => !isAlone(model) && text === null)
      .map(({ runs }) => `the panel ${runs.join()} has no answer`);
    return { figures: `${alone.length} alone, ${clients.length - alone.length} panels`, violations: [...answered, ...lacking] };
  },
};

async function askSilent(arena: Arena, silent: string): Promise<void> {
  arena.say(`  ${silent}`);
  const alone = { fields: { model: `openai/${silent}`, total_deadline_ms: DEADLINE_MS }, key: null };
  const members = ["anthropic/claude-haiku-4-5", "anthropic/claude-sonnet-4-5", `openai/${silent}`];
  const panel = {
    fields: { model: "composite/moa/anthropic/claude-sonnet-4-5", proposers: members, total_deadline_ms: DEADLINE_MS },
    key: null,
  };
  const asked = await ask(arena, [alone, alone, panel, alone, panel, panel]);
  for (const { model, tries } of asked) {
    const tookMs = tries.reduce((sum, one) => sum + one.tookMs, 0);
    if (isAlone(model)) measure(arena, GIVING_UP, tookMs);
  }
  arena.clients.push(...asked);
}

export const silentProvider: Experiment = {
  number: 12,
  name: "a provider that never sends headers, drips bytes, or only keeps the connection alive",
  load: "alone and as a member of a panel, JSON and streams, more of them than the provider allows at once",
  injected: SILENT.join(", "),
  arena: { timeouts: TIMEOUTS, limits: { concurrent: 8 } },
  rounds: 2,
  round: async (arena) => {
    for (const silent of SILENT) await askSilent(arena, silent);
  },
  expectations: [errorNotAnswer, atMost(GIVING_UP, GIVEN_UP_MS, "ms")],
};
