import type { Strategy } from "../strategy.ts";
import type { MoaOptions } from "./options.ts";
import { moaPlanner } from "./plan.ts";
import { runMoa } from "./run.ts";

export const moa: Strategy<MoaOptions> = { ...moaPlanner, run: runMoa };
