import { quoteName } from "@composite-llm/configuration";
import { ApiError, nearestName } from "@composite-llm/core";
import type { ProviderPartBody } from "@composite-llm/openai-api";

function notFound(what: string, name: string, known: readonly string[], param: string | null): ApiError {
  const near = nearestName(name, known);
  const hint = near === null ? `There are: ${known.join(", ")}.` : `Did you mean ${near}?`;
  return new ApiError("provider_not_found", `There is no ${what} ${quoteName(name)}. ${hint}`, { param });
}

/**
 * Sees to it that there is such a provider, and such a key of it. Any model may be meant: which ones a provider has is not known here.
 *
 * @throws ApiError `provider_not_found` whose message names the nearest one
 */
export function checkPart(name: string, { key }: ProviderPartBody, known: ReadonlyMap<string, readonly string[]>): void {
  const keys = known.get(name);
  if (keys === undefined) throw notFound("provider", name, [...known.keys()], null);
  if (key !== undefined && !keys.includes(key)) throw notFound(`key of ${name} named`, key, keys, "key");
}
