import type { Configuration } from "../configuration.ts";
import type { NameBook, NameContext, ResolvedModel } from "./name-book.ts";
import { resolvePlain } from "./resolve-plain-model.ts";

/**
 * Another place of the same model: the first in `models.fallbacks` whose provider can be called. Null when none is named, or none can.
 */
export function resolveFallback(
  { provider, model }: Pick<ResolvedModel, "provider" | "model">,
  configuration: Omit<NameBook, "models"> & Pick<Configuration, "models">,
  context: NameContext,
): ResolvedModel | null {
  // As at the check of the file: neither side of a fallback is an alias.
  const book: NameBook = { ...configuration, models: { aliases: new Map() } };
  const placeOf = (name: string): ResolvedModel | null => {
    const outcome = resolvePlain({ model: name }, book, context);
    return "model" in outcome ? outcome.model : null;
  };
  const isSame = (place: ResolvedModel | null): boolean => place?.provider === provider && place.model === model;
  const others = [...configuration.models.fallbacks].flatMap(([name, places]) => (isSame(placeOf(name)) ? places : []));
  return others.map(placeOf).find((place) => place !== null && !isSame(place)) ?? null;
}
