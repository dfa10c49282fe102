import type { Configuration } from "@composite-llm/configuration";
import type { ModelTarget } from "@composite-llm/pricing";

/** A model of the configuration as capability data knows it. */
export function toModelTarget(
  { provider, model }: { provider: string; model: string },
  { providers }: Pick<Configuration, "providers">,
): ModelTarget {
  const preset = providers.get(provider)?.preset;
  return { provider, model, ...(preset === undefined ? {} : { preset }) };
}
