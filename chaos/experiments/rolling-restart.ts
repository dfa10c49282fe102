import type { Arena } from "../arena/arena.ts";
import { BRISK } from "../load/draw-request.ts";
import { startLoad } from "../load/start-load.ts";
import { until } from "../until.ts";
import { everyClientAnswered, nobodyNoticed } from "./expectations.ts";
import type { Experiment } from "./experiment.ts";

const CLIENTS = 100;

/** Starts each process's successor first, then ends the process; the next one's turn comes when clients were answered since. */
async function replaceAll(arena: Arena): Promise<Promise<unknown>[]> {
  const ended: Promise<unknown>[] = [];
  for (const { name, service } of arena.stack.processes) {
    if (service === "mock-provider") continue;
    arena.say(`  ${name}`);
    const handedOver = await arena.stack.process(name).handOver();
    ended.push(handedOver.ended);
    if (service !== "gateway") await handedOver.ended;
    const answered = arena.clients.length;
    await until("an answer", () => arena.clients.length > answered);
  }
  return ended;
}

export const rollingRestart: Experiment = {
  number: 24,
  name: "SIGTERM of every process in turn, its successor first",
  load: `${CLIENTS} clients in a closed loop`,
  injected: "a successor on the same port, then SIGTERM, for gateway, orchestrators and model-callers",
  arena: { env: { GATEWAY_REUSE_PORT: "true" } },
  rounds: 2,
  round: async (arena) => {
    const load = startLoad(arena.stack.gatewayUrl, CLIENTS, arena.random, BRISK, arena.clients);
    await until("answers", () => arena.clients.length > 0);
    const ends = await replaceAll(arena);
    await load.stop();
    // A gateway stays as long as its clients keep their connections, so the load ends before it.
    await Promise.all(ends);
  },
  expectations: [
    everyClientAnswered,
    nobodyNoticed,
    {
      demands: "no call is repeated",
      check: ({ ledger }) => {
        const repeats = ledger.length - new Set(ledger.map(({ run, step }) => `${run} ${step}`)).size;
        return { figures: `${repeats} repeats`, violations: repeats === 0 ? [] : [`${repeats} calls were repeated`] };
      },
    },
  ],
};
