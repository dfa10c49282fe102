import type { Arena } from "../arena/arena.ts";
import { killRedis } from "../inject/outage.ts";
import { untilAllWork } from "../inject/until-all-work.ts";
import { SLOW } from "../load/draw-request.ts";
import { askJson } from "../load/ask-json.ts";
import { startLoad } from "../load/start-load.ts";
import { pause } from "../until.ts";
import { atMost, everyClientAnswered, measure } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";

const CLIENTS = 12;
const OUTAGES_MS = { whole: [1_000, 5_000, 15_000, 60_000], subset: [3_000] };
const REFUSAL = "time to the gateway's 503 while Redis is gone";
const CONSUMING = "time until every worker consumes again";

/** Asks while Redis is gone. */
async function knock(arena: Arena): Promise<void> {
  await pause(500);
  const { tries } = await askJson({ gatewayUrl: arena.stack.gatewayUrl, fields: { model: "openai/gpt-4o" }, idempotencyKey: null });
  for (const { status, tookMs } of tries) measure(arena, REFUSAL, status === 503 ? tookMs : Infinity);
}

export const killTheRedis: Experiment = {
  number: 7,
  name: "kill -9 of Redis (AOF everysec)",
  load: `${CLIENTS} clients in a closed loop, and one that knocks while Redis is gone`,
  injected: `gone for ${OUTAGES_MS.whole.map((ms) => ms / 1000).join(", ")} s`,
  rounds: 2,
  inSubset: true,
  round: async (arena, extent) => {
    for (const durationMs of OUTAGES_MS[extent]) {
      arena.say(`  gone for ${durationMs / 1000} s`);
      const load = startLoad(arena.stack.gatewayUrl, CLIENTS, arena.random, SLOW, arena.clients);
      await pause(3_000);
      await killRedis(arena, durationMs, () => knock(arena));
      measure(arena, CONSUMING, await untilAllWork(arena));
      await load.stop();
    }
  },
  expectations: [everyClientAnswered, atMost(REFUSAL, 1_000, "ms"), atMost(CONSUMING, 10_000, "ms")],
};
