import type { TokensCounted } from "@composite-llm/pricing";
import type { ProviderLimits, ScopeLimits } from "../configuration.ts";
import type { LimitsEntry } from "../schema/limits-schema.ts";
import type { ProviderEntry } from "../schema/provider-schema.ts";

export function toScopeLimits(entry: LimitsEntry = {}): ScopeLimits {
  return {
    concurrent: entry.concurrent ?? null,
    requestsPerMinute: entry.requests_per_minute ?? null,
    tokensPerMinute: entry.tokens_per_minute ?? null,
    inputTokensPerMinute: entry.input_tokens_per_minute ?? null,
    outputTokensPerMinute: entry.output_tokens_per_minute ?? null,
    requestsPerDay: entry.requests_per_day ?? null,
    tokensPerDay: entry.tokens_per_day ?? null,
  };
}

/** The number of letters that a name must have to fit a pattern; all of them where nothing stands for others. */
function letters(pattern: string): number {
  return pattern.includes("*") ? pattern.replaceAll("*", "").length : Number.POSITIVE_INFINITY;
}

/** @param tokensCounted how the vendor does it, unless the file says otherwise */
export function toProviderLimits(entry: ProviderEntry["limits"] = {}, tokensCounted: TokensCounted): ProviderLimits {
  return {
    ...toScopeLimits(entry),
    adaptive: entry.adaptive ?? true,
    tokensCounted: entry.tokens_counted ?? tokensCounted,
    models: Object.entries(entry.models ?? {})
      .map(([pattern, limits]) => ({ pattern, limits: toScopeLimits(limits) }))
      // By letters, not by difference: infinity less infinity is no order.
      .toSorted((left, right) => (letters(left.pattern) === letters(right.pattern) ? 0 : letters(right.pattern) - letters(left.pattern))),
  };
}
