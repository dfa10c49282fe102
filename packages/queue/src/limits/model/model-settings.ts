import { NO_LIMITS } from "../../fixtures/sample-ask.ts";
import type { ProviderLimitSettings, ScopeLimits } from "../scope-limits.ts";

interface TokenCount {
  input: number;
  output: number;
}

/** How each limit of tokens counts, and the field that its minute stands in. */
export const TOKENS_OF = {
  inputTokensPerMinute: { field: "wi", tokens: ({ input }: TokenCount) => input },
  outputTokensPerMinute: { field: "wo", tokens: ({ output }: TokenCount) => output },
  tokensPerMinute: { field: "wt", tokens: ({ input, output }: TokenCount) => input + output },
} as const satisfies Partial<Record<keyof ScopeLimits, unknown>>;

/** A provider with limits of every kind, small enough to be met. */
export interface ModelSettings extends ProviderLimitSettings {
  /** Limits by scope. */
  scopes: ReadonlyMap<string, ScopeLimits>;
}

export const MODELS = ["m0", "m1"];
export const KEYS = ["one", "two"];

/** What binds: a provider with all limits at once would show little of each. */
export const BINDING = ["concurrent", "requests", "tokens"] as const;

interface ScopedLimits {
  provider: Partial<ScopeLimits>;
  one: Partial<ScopeLimits>;
  two: Partial<ScopeLimits>;
  /** Of model `m0` under each key. */
  m0: Partial<ScopeLimits>;
}

const LIMITS: Record<(typeof BINDING)[number], ScopedLimits> = {
  concurrent: { provider: { concurrent: 3, requestsPerDay: 9 }, one: { concurrent: 1 }, two: {}, m0: { concurrent: 2 } },
  requests: { provider: { requestsPerMinute: 8, concurrent: 8 }, one: { requestsPerMinute: 5 }, two: {}, m0: { requestsPerMinute: 3.5 } },
  tokens: { provider: { tokensPerMinute: 1500 }, one: {}, two: { outputTokensPerMinute: 900 }, m0: { inputTokensPerMinute: 500 } },
};

export function modelSettings(
  binding: (typeof BINDING)[number],
  changes: Pick<ProviderLimitSettings, "adaptive" | "tokensCounted">,
): ModelSettings {
  const whole = (limits: Partial<ScopeLimits>): ScopeLimits => ({ ...NO_LIMITS, ...limits });
  const { provider, one, two, m0 } = LIMITS[binding];
  return {
    ...changes,
    limits: whole(provider),
    models: [{ pattern: "*0", limits: whole(m0) }],
    keys: [
      { name: "one", weight: 1, limits: whole(one) },
      { name: "two", weight: 1, limits: whole(two) },
    ],
    scopes: new Map([
      ["p", whole(provider)],
      ["p#one", whole(one)],
      ["p#two", whole(two)],
      ["p#one/m0", whole(m0)],
      ["p#two/m0", whole(m0)],
    ]),
  };
}
