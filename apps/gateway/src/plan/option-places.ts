/** Where in the request each option was given, as `composite.layers`. */
export type OptionPlaces = ReadonlyMap<string, string>;

/** What an error's `param` calls a field of the options: `proposers[1]` becomes `composite.proposers[1]` where it was given there. */
export function placeOf(field: string, places: OptionPlaces): string {
  const name = /^[^.[]*/.exec(field)?.[0] ?? field;
  return `${places.get(name) ?? name}${field.slice(name.length)}`;
}
