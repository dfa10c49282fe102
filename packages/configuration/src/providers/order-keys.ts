import type { Random } from "@composite-llm/core";

/**
 * The names of a provider's keys in the order in which they are to be tried: at random, each first as often as its share of
 * the weights. Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006).
 */
export function orderKeys(keys: readonly { name: string; weight: number }[], random: Random): string[] {
  return (
    keys
      // 1 less the draw, which may be 0, whose logarithm is none.
      .map(({ name, weight }) => ({ name, place: -Math.log(1 - random()) / weight }))
      .toSorted((left, right) => left.place - right.place)
      .map(({ name }) => name)
  );
}
