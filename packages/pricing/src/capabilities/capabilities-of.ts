import { BoundedCache } from "../bounded-cache.ts";
import { ANTHROPIC_RULES } from "./anthropic.ts";
import type { CapabilityRule, ModelCapabilities } from "./model-capabilities.ts";
import { OPENAI_RULES } from "./openai.ts";
import { OTHER_VENDOR_RULES } from "./other-vendors.ts";

const RULES: Readonly<Record<string, readonly CapabilityRule[]>> = {
  openai: OPENAI_RULES,
  "azure-openai": OPENAI_RULES,
  anthropic: ANTHROPIC_RULES,
  ...OTHER_VENDOR_RULES,
};

const known = new BoundedCache<ModelCapabilities>();

/** What our data says about a model of a preset; empty when it says nothing. */
export function capabilitiesOf(preset: string, model: string): ModelCapabilities {
  return known.get(`${preset}/${model}`, () => {
    const name = model.toLowerCase();
    const applying = (Object.hasOwn(RULES, preset) ? (RULES[preset] ?? []) : []).filter((rule) => rule.models.test(name));
    return Object.assign({}, ...applying.map((rule) => rule.capabilities)) as ModelCapabilities;
  });
}
