import type { Usage } from "@composite-llm/contracts";
import { isRecord } from "@composite-llm/core";
import { countField, objectField } from "../exchange/json-fields.ts";
import type { ProviderConnection } from "../provider.ts";
import { quirksOf } from "./dialects/quirks.ts";

/** Tokens as the vendor counted them; null where it did not, or wrote no numbers. */
export function parseUsage(usage: unknown, { preset }: ProviderConnection): Usage | null {
  if (!isRecord(usage)) return null;
  const inputTokens = countField(usage, "prompt_tokens");
  const completionTokens = countField(usage, "completion_tokens");
  if (inputTokens === null || completionTokens === null) return null;
  const input = objectField(usage, "prompt_tokens_details");
  const output = objectField(usage, "completion_tokens_details");
  const beyondInput = (countField(usage, "total_tokens") ?? 0) - inputTokens;
  const hidden = quirksOf(preset).countsReasoningApart === true ? Math.max(0, beyondInput - completionTokens) : 0;
  return {
    inputTokens,
    outputTokens: completionTokens + hidden,
    cachedTokens: countField(input, "cached_tokens") ?? countField(usage, "prompt_cache_hit_tokens") ?? 0,
    cacheWriteTokens: countField(input, "cache_write_tokens") ?? 0,
    reasoningTokens: countField(output, "reasoning_tokens") ?? hidden,
  };
}

/** What OpenRouter says that the call cost, in US dollars. */
export function parseReportedCost(usage: unknown, { preset }: ProviderConnection): number | null {
  if (preset !== "openrouter" || !isRecord(usage)) return null;
  const cost = usage["cost"];
  return typeof cost === "number" && Number.isFinite(cost) && cost >= 0 ? cost : null;
}
