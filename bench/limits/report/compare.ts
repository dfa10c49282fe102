import { median } from "../../load.ts";

/** The middle of repeated measurements, with an interval that holds the true median in at least 95 of 100 cases (order statistics; from six values on). */
export interface Interval {
  median: number;
  low: number;
  high: number;
}

/** Chance that at most so many of n fair coins show heads. */
function binomialBelow(most: number, coins: number): number {
  let [term, sum] = [0.5 ** coins, 0];
  for (let heads = 0; heads <= most; heads += 1) {
    sum += term;
    term *= (coins - heads) / (heads + 1);
  }
  return sum;
}

/** With fewer than six values the interval is their whole range, which holds less than 95 %. */
export function toInterval(values: readonly number[]): Interval {
  const sorted = values.toSorted((left, right) => left - right);
  let outside = 0;
  while (binomialBelow(outside, sorted.length) <= 0.025) outside += 1;
  const cut = Math.max(0, outside - 1);
  return { median: median(sorted), low: sorted[cut] ?? Number.NaN, high: sorted.at(-1 - cut) ?? Number.NaN };
}
