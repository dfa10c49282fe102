/** An amount that counts from a moment on. */
export interface Charge {
  atMs: number;
  amount: number;
}

/** For every charge, in order of time, what the window that ends with it holds. */
function* sums(charges: readonly Charge[], windowMs: number): Generator<number> {
  const sorted = charges.toSorted((left, right) => left.atMs - right.atMs);
  let [sum, oldest] = [0, 0];
  for (const { atMs, amount } of sorted) {
    sum += amount;
    for (; (sorted[oldest]?.atMs ?? atMs) <= atMs - windowMs; oldest += 1) sum -= sorted[oldest]?.amount ?? 0;
    yield sum;
  }
}

/**
 * The most that any window of that length holds, exactly: the fullest one can be moved until it ends with a charge. Two charges that lie a whole
 * window apart are never in one.
 */
export function mostInWindow(charges: readonly Charge[], windowMs: number): number {
  let most = 0;
  for (const sum of sums(charges, windowMs)) most = Math.max(most, sum);
  return most;
}

/** How many charges came when their window, they included, held more than a limit. */
export function countOver(charges: readonly Charge[], windowMs: number, limit: number): number {
  let over = 0;
  for (const sum of sums(charges, windowMs)) if (sum > limit) over += 1;
  return over;
}
