import { type ByModelPattern, ModelPatterns } from "../model-patterns.ts";
import type { MaxTokensParam, ModelCapabilities } from "./model-capabilities.ts";

/**
 * What the operator knows better of a model: `max_tokens_param` names its output cap, any other key is a parameter that the
 * model takes (`true`) or refuses (`false`), whatever our data says.
 */
export interface CapabilityOverride {
  max_tokens_param?: MaxTokensParam;
  [parameter: string]: boolean | string | undefined;
}

/** By `provider/model`, with `*` for any characters. */
export type CapabilityOverrides = ByModelPattern<CapabilityOverride>;

const compiled = new WeakMap<CapabilityOverrides, ModelPatterns<CapabilityOverride>>();

export function findCapabilityOverride(overrides: CapabilityOverrides, provider: string, model: string): CapabilityOverride | null {
  let patterns = compiled.get(overrides);
  if (patterns === undefined) {
    patterns = new ModelPatterns(overrides);
    compiled.set(overrides, patterns);
  }
  return patterns.find(provider, model);
}

/** Our data with the operator's word over it. */
export function withOverride(capabilities: ModelCapabilities, override: CapabilityOverride): ModelCapabilities {
  const { max_tokens_param: maxTokensParam, ...parameters } = override;
  const refuses = new Set(capabilities.refuses);
  for (const [parameter, taken] of Object.entries(parameters)) {
    if (taken === false) refuses.add(parameter);
    if (taken === true) refuses.delete(parameter);
  }
  const takesWithoutReasoning = (capabilities.takesWithoutReasoning ?? []).filter((parameter) => parameters[parameter] !== false);
  const merged: ModelCapabilities = { ...capabilities, refuses: [...refuses], takesWithoutReasoning };
  if (maxTokensParam !== undefined) merged.maxTokensParam = maxTokensParam;
  return merged;
}
