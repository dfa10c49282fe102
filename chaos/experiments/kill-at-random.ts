import type { Arena } from "../arena/arena.ts";
import { killProcess } from "../inject/kill-process.ts";
import { BRISK, pick } from "../load/draw-request.ts";
import { startLoad } from "../load/start-load.ts";
import { pause } from "../until.ts";
import { everyClientAnswered } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";

const CLIENTS = 12;
const KILLS = { whole: 20, subset: 4 };

/** Every 2–5 s some process but the provider dies. */
async function killAtRandom(arena: Arena, kills: number): Promise<void> {
  const { random, stack } = arena;
  const mortal = stack.processes.filter(({ service }) => service !== "mock-provider").map(({ name }) => name);
  const load = startLoad(stack.gatewayUrl, CLIENTS, random, BRISK, arena.clients);
  for (let count = 0; count < kills; count += 1) {
    await pause(2_000 + random() * 3_000);
    const victim = pick(mortal, random);
    arena.say(`  ${victim}`);
    await killProcess(arena, victim);
  }
  await load.stop();
}

export const killSomeProcess: Experiment = {
  number: 4,
  name: "kill -9 of a random process every 2–5 s",
  load: `${CLIENTS} clients, each the next request when the last was answered: JSON, streams and followers of events, MoA, council and single`,
  injected: `${KILLS.whole} kills of gateway, orchestrators and model-callers, drawn from the seed`,
  rounds: 2,
  inSubset: true,
  round: (arena, extent) => killAtRandom(arena, KILLS[extent]),
  expectations: [everyClientAnswered],
};
