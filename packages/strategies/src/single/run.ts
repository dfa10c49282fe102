import type { StrategyContext, StrategyResult } from "../strategy.ts";
import type { SingleOptions } from "./plan.ts";

export async function runSingle(context: StrategyContext<SingleOptions>): Promise<StrategyResult> {
  return { answer: await context.final(context.messages) };
}
