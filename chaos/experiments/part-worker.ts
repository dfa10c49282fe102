import { partProcess } from "../inject/kill-process.ts";
import { untilAllWork } from "../inject/until-all-work.ts";
import { SLOW } from "../load/draw-request.ts";
import { startLoad } from "../load/start-load.ts";
import { pause } from "../until.ts";
import { atMost, everyClientAnswered, measure } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";

const CLIENTS = 16;
const PARTED_MS = 30_000;
const CONSUMING = "time until every worker consumes again";

export const partWorker: Experiment = {
  number: 9,
  name: "a worker parted from Redis",
  load: `${CLIENTS} clients in a closed loop`,
  injected: `orchestrator, then model-caller, each parted for ${PARTED_MS / 1000} s by a proxy that swallows everything in silence`,
  rounds: 2,
  round: async (arena) => {
    const load = startLoad(arena.stack.gatewayUrl, CLIENTS, arena.random, SLOW, arena.clients);
    for (const name of ["orchestrator-1", "model-caller-1"]) {
      await pause(3_000);
      arena.say(`  ${name}`);
      await partProcess(arena, name, PARTED_MS);
      measure(arena, CONSUMING, await untilAllWork(arena));
    }
    await load.stop();
  },
  expectations: [everyClientAnswered, atMost(CONSUMING, 15_000, "ms")],
};
