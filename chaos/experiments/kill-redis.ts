import type { Arena } from "../arena/arena.ts";
import { killRedis } from "../inject/outage.ts";
import { untilAllWork } from "../inject/until-all-work.ts";
import { SLOW } from "../load/draw-request.ts";
import { askJson } from "../load/ask-json.ts";
import { startLoad } from "../load/start-load.ts";
import { pause } from "../until.ts";
import { everyClientAnswered } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";

const CLIENTS = 12;
const OUTAGES_MS = { whole: [1_000, 5_000, 15_000, 60_000], subset: [3_000] };
/** What a 503 may take. */
const AT_ONCE_MS = 1_000;
const CONSUMING_MS = 10_000;

interface Outcome {
  refusals: { status: number | null; tookMs: number }[];
  consumingMs: number[];
}
/** What each arena's outages came to, beside the invariants. */
const outcomes = new WeakMap<object, Outcome>();

async function knock(arena: Arena, { refusals }: Outcome): Promise<void> {
  const asked = await askJson({ gatewayUrl: arena.stack.gatewayUrl, fields: { model: "openai/gpt-4o" }, idempotencyKey: null });
  for (const { status, tookMs } of asked.tries) refusals.push({ status, tookMs });
}

export const killTheRedis: Experiment = {
  number: 7,
  name: "kill -9 of Redis (AOF everysec)",
  load: `${CLIENTS} clients in a closed loop, and one without a key that knocks while Redis is gone`,
  injected: `gone for ${OUTAGES_MS.whole.map((ms) => ms / 1000).join(", ")} s`,
  rounds: 2,
  inSubset: true,
  round: async (arena, extent) => {
    const outcome = outcomes.get(arena.clients) ?? { refusals: [], consumingMs: [] };
    outcomes.set(arena.clients, outcome);
    for (const durationMs of OUTAGES_MS[extent]) {
      arena.say(`  gone for ${durationMs / 1000} s`);
      const load = startLoad(arena.stack.gatewayUrl, CLIENTS, arena.random, SLOW, arena.clients);
      await pause(3_000);
      await killRedis(arena, durationMs, async () => {
        await pause(500);
        await knock(arena, outcome);
      });
      outcome.consumingMs.push(await untilAllWork(arena));
      await load.stop();
    }
  },
  expectations: [
    everyClientAnswered,
    {
      demands: "while Redis is gone the gateway answers 503 at once",
      check: ({ clients }) => {
        const { refusals } = outcomes.get(clients) ?? { refusals: [] };
        const wrong = refusals.filter(({ status, tookMs }) => status !== 503 || tookMs > AT_ONCE_MS);
        return {
          figures: refusals.map(({ status, tookMs }) => `${status} after ${tookMs} ms`).join(", "),
          violations: wrong.map(({ status, tookMs }) => `it answered ${status} after ${tookMs} ms`),
        };
      },
    },
    {
      demands: `every worker consumes again within ${CONSUMING_MS / 1000} s`,
      check: ({ clients }) => {
        const { consumingMs } = outcomes.get(clients) ?? { consumingMs: [] };
        const slow = consumingMs.filter((ms) => ms > CONSUMING_MS);
        return {
          figures: consumingMs.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(", "),
          violations: slow.map((ms) => `it took ${ms} ms`),
        };
      },
    },
  ],
};
