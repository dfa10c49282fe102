import type { Arena } from "../arena/arena.ts";
import { BRISK } from "../load/draw-request.ts";
import { startLoad } from "../load/start-load.ts";
import { pause } from "../until.ts";
import { everyClientAnswered, nobodyNoticed } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";

const CLIENTS = 12;
const DURATION_MS = 20_000;
const FLUSH_EVERY_MS = 300;

async function flushScripts({ redis }: Arena): Promise<void> {
  const until = performance.now() + DURATION_MS;
  while (performance.now() < until) {
    await redis.script("FLUSH");
    await pause(FLUSH_EVERY_MS);
  }
}

export const flushTheScripts: Experiment = {
  number: 10,
  name: "SCRIPT FLUSH in a loop",
  load: `${CLIENTS} clients in a closed loop`,
  injected: `every ${FLUSH_EVERY_MS} ms for ${DURATION_MS / 1000} s`,
  rounds: 2,
  round: async (arena) => {
    const load = startLoad(arena.stack.gatewayUrl, CLIENTS, arena.random, BRISK, arena.clients);
    await flushScripts(arena);
    await load.stop();
  },
  expectations: [everyClientAnswered, nobodyNoticed],
};

export const killRedisClients: Experiment = {
  number: 10,
  name: "CLIENT KILL of every connection in a loop",
  load: `${CLIENTS} clients in a closed loop`,
  injected: `every 1.5 s for ${DURATION_MS / 1000} s, connections of commands and of subscriptions`,
  rounds: 2,
  round: async (arena) => {
    const load = startLoad(arena.stack.gatewayUrl, CLIENTS, arena.random, BRISK, arena.clients);
    const until = performance.now() + DURATION_MS;
    while (performance.now() < until) {
      await pause(1_500);
      const fromMs = Date.now();
      for (const type of ["normal", "pubsub"]) await arena.redis.call("CLIENT", "KILL", "TYPE", type, "SKIPME", "yes");
      arena.disturbances.push({ kind: "down", of: "redis", fromMs, untilMs: fromMs });
    }
    await load.stop();
  },
  expectations: [everyClientAnswered],
};
