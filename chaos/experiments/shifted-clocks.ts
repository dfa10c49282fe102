import type { Arena } from "../arena/arena.ts";
import { shiftClock } from "../inject/shift-clock.ts";
import { startLoad } from "../load/start-load.ts";
import { pause } from "../until.ts";
import { atMost, everyClientAnswered, measure } from "./expectations.ts";
import type { Expectation, Experiment } from "./experiment.ts";

const CLIENTS = 16;
const DAY_MS = 86_400_000;
const VICTIMS = ["model-caller-1", "orchestrator-1", "gateway"];
/** Longer than a call waits in place, and than a lock lives. */
const PHASE_MS = 5_000;
const PACE = { memberMs: [800, 1_600], tokens: 20, tokensPerSecond: 40 } as const;
const WAIT = "longest time that a client waited";
/**
 * A job that waits is taken up when it is put aside too early, when it is granted, and again when its process or its place is needed; one that comes
 * back by itself over and over is a loop.
 */
const MOST_TAKEN = 15;

const noLoop: Expectation = {
  demands: `no run and no call is taken up more than ${MOST_TAKEN} times: those that wait stay aside`,
  check: ({ runs, records }) => {
    const taken = new Map(runs.map(({ run, owner }) => [run, owner]));
    for (const { run, step, dispatch, fence } of records) {
      const call = `${run} ${step}#${dispatch}`;
      taken.set(call, Math.max(fence, taken.get(call) ?? 0));
    }
    const violations = [...taken].filter(([, times]) => times > MOST_TAKEN).map(([what, times]) => `${what} was taken up ${times} times`);
    const aside = [...taken.values()].filter((times) => times > 1).length;
    if (aside === 0) violations.push("nothing waited aside");
    return { figures: `${aside} of ${taken.size} more than once, ${Math.max(...taken.values())} times at most`, violations };
  },
};

export const shiftedClocks: Experiment = {
  number: 19,
  name: "the clock of one process is a day wrong",
  load: `${CLIENTS} clients in a closed loop, more than the provider lets go, so that calls and runs wait aside`,
  injected: `${VICTIMS.join(", ")}: each a day ahead, then a day behind, while it works`,
  arena: { limits: { concurrent: 3 }, adaptive: false, hasClocks: true },
  rounds: 1,
  round: async (arena: Arena) => {
    const load = startLoad(arena.stack.gatewayUrl, CLIENTS, arena.random, PACE, arena.clients);
    await pause(PHASE_MS);
    for (const name of VICTIMS) {
      for (const shiftMs of [DAY_MS, -DAY_MS]) {
        arena.say(`  ${name} ${shiftMs > 0 ? "ahead" : "behind"}`);
        await shiftClock(arena, name, shiftMs);
        await pause(PHASE_MS);
      }
      await shiftClock(arena, name, 0);
    }
    arena.say("  all right");
    await load.stop();
    for (const { tries } of arena.clients) measure(arena, WAIT, Math.max(...tries.map(({ tookMs }) => tookMs)));
  },
  expectations: [everyClientAnswered, noLoop, atMost(WAIT, 45_000, "ms")],
};
