import type { Strategy } from "../strategy.ts";
import { type SingleOptions, singlePlanner } from "./plan.ts";
import { runSingle } from "./run.ts";

export const single: Strategy<SingleOptions> = { ...singlePlanner, run: runSingle };
