import type { Random } from "@composite-llm/core";

/** Names of keys in the order in which a call asks for room: each stands first as often as its weight says (Efraimidis and Spirakis, 2006). */
export function keyOrder(keys: readonly { name: string; weight: number }[], random: Random): string[] {
  if (keys.length === 1) return keys.map(({ name }) => name);
  const drawn = keys.map(({ name, weight }) => ({ name, place: -Math.log(1 - random()) / weight }));
  return drawn.toSorted((left, right) => left.place - right.place).map(({ name }) => name);
}
