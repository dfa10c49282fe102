import type { z } from "zod";
import { closedObject } from "../options/closed-object.ts";
import type { StrategyPlanner } from "../strategy.ts";

const singleOptions = closedObject({});

export type SingleOptions = z.infer<typeof singleOptions>;

export const singlePlanner: StrategyPlanner<SingleOptions> = {
  name: "single",
  description: "One call to one model, with the same limits, records and traces as every other call.",
  options: singleOptions,
  plan: ({ base }) => ({ stages: [], final: { role: "single", member: base, field: "model" } }),
};
