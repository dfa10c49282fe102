import { freezeProcess } from "../inject/kill-process.ts";
import { SLOW } from "../load/draw-request.ts";
import { startLoad } from "../load/start-load.ts";
import { pause } from "../until.ts";
import { everyClientAnswered } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";

const CLIENTS = 16;
/** The lock of a job is 5 s, the check for lost ones 2 s. */
const PAST_LOCK_MS = 9_000;

export const freezeWorker: Experiment = {
  number: 6,
  name: "SIGSTOP of a worker past its lock, then SIGCONT",
  load: `${CLIENTS} clients in a closed loop, a provider that allows 40 requests at once`,
  injected: `orchestrator, then model-caller, each stopped for ${PAST_LOCK_MS / 1000} s`,
  arena: { limits: { concurrent: 40 } },
  rounds: 3,
  round: async (arena) => {
    const load = startLoad(arena.stack.gatewayUrl, CLIENTS, arena.random, SLOW, arena.clients);
    for (const name of ["orchestrator-1", "model-caller-1"]) {
      await pause(3_000);
      arena.say(`  ${name}`);
      await freezeProcess(arena, name, PAST_LOCK_MS);
    }
    await load.stop();
  },
  expectations: [everyClientAnswered],
};
