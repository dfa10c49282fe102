/** Choices of one command, all drawn beforehand, so that it chooses the same whenever it is asked. */
export interface Dice {
  pick<T>(from: readonly T[]): T | undefined;
  /** @param percent 0 … 100 */
  chance(percent: number): boolean;
  /** 0 … below − 1 */
  number(below: number): number;
}

export const DRAWS = 8;
export const DRAW_MAX = 999_999;

/** @param draws from 0 to `DRAW_MAX` each */
export function createDice(draws: readonly number[]): Dice {
  let next = 0;
  const draw = (): number => draws[next++ % draws.length] ?? 0;
  return {
    // The youngest first: what a counterexample shrinks to.
    pick: (from) => from[from.length - 1 - (draw() % Math.max(1, from.length))],
    chance: (percent) => draw() % 100 < percent,
    number: (below) => draw() % below,
  };
}
