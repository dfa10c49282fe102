/** Does something when its turn comes. */
export type InTurn = <Value>(work: () => Promise<Value>) => Promise<Value>;

/** Lets at most so many things be under way at once; the others wait in the order in which they came. */
export function limitAtOnce(most: number): InTurn {
  let underWay = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (underWay < most) underWay += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Who waits takes the place over, so that nobody comes in between.
      const next = waiting.shift();
      if (next === undefined) underWay -= 1;
      else next();
    }
  };
}
