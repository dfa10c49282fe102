import type { CallCost } from "@composite-llm/pricing";
import type { ProviderOutcome } from "@composite-llm/providers";
import type { CallTarget } from "./call-target.ts";

/** The cost of a request that failed before it produced anything. */
export const FREE: CallCost = { costNanoUsd: 0, costSource: "estimated" };

/** What a request cost. One that was refused before it produced anything costs nothing; where that is not known, it is unpriced. */
export function toRequestCost(outcome: ProviderOutcome, model: string, target: CallTarget): CallCost {
  if (outcome.kind === "failure" && outcome.usage === null && outcome.partialText === "" && outcome.reportedCostUsd === null) {
    return FREE;
  }
  return target.price(model, {
    servedModel: outcome.kind === "success" ? outcome.result.servedModel : null,
    usage: outcome.kind === "success" ? outcome.result.usage : outcome.usage,
    reportedCostUsd: outcome.kind === "cancelled" ? null : outcome.reportedCostUsd,
  });
}
