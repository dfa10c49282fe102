import type { ProviderLimitSettings, ScopeLimits } from "./scope-limits.ts";

/** In the order in which the scripts have them. */
export const LIMIT_FIELDS = [
  "requestsPerMinute",
  "inputTokensPerMinute",
  "outputTokensPerMinute",
  "tokensPerMinute",
  "concurrent",
  "requestsPerDay",
  "tokensPerDay",
] as const satisfies readonly (keyof ScopeLimits)[];

function toNumbers(limits: ScopeLimits): number[] {
  return LIMIT_FIELDS.map((field) => limits[field] ?? 0);
}

/** The settings as the scripts read them. */
export function toSettingsJson(settings: ProviderLimitSettings): string {
  return JSON.stringify({
    adaptive: settings.adaptive ? 1 : 0,
    requested: settings.tokensCounted === "requested" ? 1 : 0,
    limits: toNumbers(settings.limits),
    keys: settings.keys.map(({ name, limits }) => ({ name, limits: toNumbers(limits) })),
    models: settings.models.map(({ pattern, limits }) => ({ pattern, limits: toNumbers(limits) })),
  });
}
