import { freezeRedis } from "../inject/outage.ts";
import { untilAllWork } from "../inject/until-all-work.ts";
import { SLOW } from "../load/draw-request.ts";
import { startLoad } from "../load/start-load.ts";
import { pause } from "../until.ts";
import { everyClientAnswered } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";

const CLIENTS = 12;
const FREEZES_MS = { whole: [3_000, 8_000, 40_000], subset: [8_000] };

export const freezeTheRedis: Experiment = {
  number: 8,
  name: "SIGSTOP of Redis",
  load: `${CLIENTS} clients in a closed loop`,
  injected: `stopped for ${FREEZES_MS.whole.map((ms) => ms / 1000).join(", ")} s`,
  rounds: 2,
  inSubset: true,
  round: async (arena, extent) => {
    for (const durationMs of FREEZES_MS[extent]) {
      arena.say(`  stopped for ${durationMs / 1000} s`);
      const load = startLoad(arena.stack.gatewayUrl, CLIENTS, arena.random, SLOW, arena.clients);
      await pause(3_000);
      await freezeRedis(arena, durationMs);
      await untilAllWork(arena);
      await load.stop();
    }
  },
  expectations: [everyClientAnswered],
};
