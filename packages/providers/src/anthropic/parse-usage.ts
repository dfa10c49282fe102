import type { Usage } from "@composite-llm/contracts";
import { isRecord } from "@composite-llm/core";
import { countField, objectField } from "../exchange/json-fields.ts";

/**
 * Tokens as the API counts them: cached and cache-write ones stand beside `input_tokens` there and are part of the input here.
 * What a later event of a stream leaves out stays as it was.
 */
export function parseUsage(usage: unknown, before: Usage | null = null): Usage | null {
  if (!isRecord(usage)) return before;
  const outputTokens = countField(usage, "output_tokens") ?? before?.outputTokens ?? null;
  if (outputTokens === null) return before;
  const cachedTokens = countField(usage, "cache_read_input_tokens") ?? before?.cachedTokens ?? 0;
  const cacheWriteTokens = countField(usage, "cache_creation_input_tokens") ?? before?.cacheWriteTokens ?? 0;
  const uncached = countField(usage, "input_tokens") ?? uncachedOf(before);
  if (uncached === null) return before;
  return {
    inputTokens: uncached + cachedTokens + cacheWriteTokens,
    outputTokens,
    cachedTokens,
    cacheWriteTokens,
    reasoningTokens: countField(objectField(usage, "output_tokens_details"), "thinking_tokens") ?? before?.reasoningTokens ?? 0,
  };
}

function uncachedOf(usage: Usage | null): number | null {
  return usage === null ? null : usage.inputTokens - usage.cachedTokens - usage.cacheWriteTokens;
}
