import { type ModelRequest, type ModelResult, NO_USAGE, type Usage } from "@composite-llm/contracts";
import type { CallCost } from "@composite-llm/pricing";
import type { ProviderOutcome } from "@composite-llm/providers";
import type { CallTarget } from "./call-target.ts";
import { answerText } from "./told-usage.ts";

/** The cost of a request that failed before it produced anything. */
export const FREE: CallCost = { costNanoUsd: 0, costSource: "estimated" };

const BYTES_PER_TOKEN = 4;

/** What an answer is likely to have used: its prompt as limits estimate it, and its text by its length. */
async function likelyUsage(request: ModelRequest, result: ModelResult, target: CallTarget): Promise<Usage> {
  const { inputTokens } = await target.estimate(request, { inputRatio: 1, outputP95: null });
  return { ...NO_USAGE, inputTokens, outputTokens: Math.ceil(Buffer.byteLength(answerText(result)) / BYTES_PER_TOKEN) };
}

/**
 * What a request cost. One that was refused before it produced anything costs nothing. An answer whose provider tells neither its usage nor its cost is
 * priced by what it is likely to have used, and marked as estimated; a request that broke off with neither is unpriced.
 */
export async function toRequestCost(outcome: ProviderOutcome, request: ModelRequest, target: CallTarget): Promise<CallCost> {
  if (outcome.kind === "failure" && outcome.usage === null && outcome.partialText === "" && outcome.reportedCostUsd === null) {
    return FREE;
  }
  const { model } = request;
  if (outcome.kind !== "success") {
    const reportedCostUsd = outcome.kind === "cancelled" ? null : outcome.reportedCostUsd;
    return target.price(model, { servedModel: null, usage: outcome.usage, reportedCostUsd });
  }
  const { result, reportedCostUsd } = outcome;
  const { servedModel, usage } = result;
  if (usage !== null || reportedCostUsd !== null) return target.price(model, { servedModel, usage, reportedCostUsd });
  const likely = target.price(model, { servedModel, usage: await likelyUsage(request, result, target), reportedCostUsd });
  return likely.costNanoUsd === null ? likely : { ...likely, costSource: "estimated" };
}
