import type { Secret } from "@composite-llm/core";
import type { Configuration } from "./configuration.ts";

/**
 * The secrets with which a caller's webhooks may be signed, by name. Without keys everybody is the same caller and has all of them; a caller whose
 * key is gone has none.
 *
 * @param caller name of its key
 */
export function webhookSecretsOf(
  caller: string,
  { apiKeys, webhooks }: Pick<Configuration, "apiKeys" | "webhooks">,
): ReadonlyMap<string, Secret> {
  if (apiKeys.length === 0) return webhooks.secrets;
  const allowed = apiKeys.find(({ name }) => name === caller)?.webhookSecrets ?? [];
  return new Map([...webhooks.secrets].filter(([name]) => allowed.includes(name)));
}
