import type { Configuration } from "../configuration.ts";
import type { NameBook, NameContext, ResolvedModel } from "./name-book.ts";
import { resolvePlain } from "./resolve-plain-model.ts";

/** Other places of the same model: those in `models.fallbacks` whose provider can be called, in their order, each once. */
export function resolveFallbacks(
  { provider, model }: Pick<ResolvedModel, "provider" | "model">,
  configuration: Omit<NameBook, "models"> & Pick<Configuration, "models">,
  context: NameContext,
): ResolvedModel[] {
  // As at the check of the file: neither side of a fallback is an alias.
  const book: NameBook = { ...configuration, models: { aliases: new Map() } };
  const placeOf = (name: string): ResolvedModel | null => {
    const outcome = resolvePlain({ model: name }, book, context);
    return "model" in outcome ? outcome.model : null;
  };
  const keyOf = (place: Pick<ResolvedModel, "provider" | "model">): string => `${place.provider}/${place.model}`;
  const own = keyOf({ provider, model });
  const named = [...configuration.models.fallbacks].filter(([name]) => {
    const place = placeOf(name);
    return place !== null && keyOf(place) === own;
  });
  const places = new Map<string, ResolvedModel>();
  for (const name of named.flatMap(([, others]) => others)) {
    const place = placeOf(name);
    if (place !== null && keyOf(place) !== own && !places.has(keyOf(place))) places.set(keyOf(place), place);
  }
  return [...places.values()];
}
