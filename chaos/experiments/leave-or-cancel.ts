import type { Arena } from "../arena/arena.ts";
import { readLedger } from "../evidence/read-ledger.ts";
import { askStream } from "../load/ask-stream.ts";
import { until } from "../until.ts";
import { atMost, measure } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";
import { newRuns } from "./look-at-runs.ts";

const ABORT = "time until every provider call of a cancelled run is aborted";

/** A council whose given stage takes a minute. */
function stuckAt(stage: string) {
  const slow = (name: string) => `${name}-mock-on-${stage}-latency-60000`;
  const council = ["openai/gpt-4o-mini", "anthropic/claude-haiku-4-5", "openai/gpt-5-mini"].map(slow);
  const chairman = stage === "final" ? "openai/gpt-4o-mock-tokens-2000-tps-20" : "openai/gpt-4o";
  return { model: `composite/council/${chairman}`, council_models: council };
}

const STAGES = { answer: 3, review: 3, final: 1 };
const WAYS = ["hang up", "DELETE"] as const;

async function endAt(arena: Arena, stage: keyof typeof STAGES, way: (typeof WAYS)[number]): Promise<void> {
  arena.say(`  ${way} in ${stage}`);
  const leaving = new AbortController();
  const asked = askStream({ gatewayUrl: arena.stack.gatewayUrl, fields: stuckAt(stage), idempotencyKey: null, signal: leaving.signal });
  const open = async () => {
    const requests = await readLedger(arena.stack);
    return requests.filter(({ step, endedMs }) => endedMs === null && (step ?? "").startsWith(stage));
  };
  await until(`${stage} at the provider`, async () => (await open()).length === STAGES[stage]);
  const underWay = (await open()).map(({ id }) => id);
  const [run = ""] = await newRuns(arena, new Set());
  const fromMs = Date.now();
  if (way === "hang up") leaving.abort();
  else await fetch(`${arena.stack.gatewayUrl}/v1/runs/${run}`, { method: "DELETE" });
  await until("the calls' ends", async () => (await open()).length === 0);
  for (const { id, endedMs } of await readLedger(arena.stack)) {
    if (underWay.includes(id)) measure(arena, ABORT, (endedMs ?? Infinity) - fromMs);
  }
  arena.clients.push(await asked);
}

export const leaveOrCancel: Experiment = {
  number: 22,
  name: "a client that hangs up, or cancels, at each stage",
  load: "one council at a time",
  injected: `${WAYS.join(" and ")} in ${Object.keys(STAGES).join(", ")}`,
  rounds: 5,
  round: async (arena) => {
    for (const stage of ["answer", "review", "final"] as const) for (const way of WAYS) await endAt(arena, stage, way);
  },
  expectations: [atMost(ABORT, 1_000, "ms")],
};
