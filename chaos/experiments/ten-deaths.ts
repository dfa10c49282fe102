import type { Experiment } from "./experiment.ts";
import { everyClientAnswered } from "./expectations.ts";
import { killSameCall } from "./kill-same-job.ts";

const DEATHS = 10;

export const tenDeaths: Experiment = {
  number: 5,
  name: `the worker of one call killed ${DEATHS} times`,
  load: "one run of a plain model that takes 4 s",
  injected: "3 kills of the model-caller that has the call in hand, then 7 of the process that it forks for the call alone",
  rounds: 1,
  round: async (arena) => {
    arena.clients.push(await killSameCall(arena, DEATHS));
  },
  expectations: [everyClientAnswered],
};
