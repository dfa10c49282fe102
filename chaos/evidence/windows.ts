/** An amount that counts from a moment on. */
export interface Charge {
  atMs: number;
  amount: number;
}

/** The most that any window of that length holds, and the charge that it ends with; two charges a whole window apart are never in one. */
export function mostInWindow<One extends Charge>(charges: readonly One[], windowMs: number): { most: number; last: One | null } {
  const sorted = charges.toSorted((left, right) => left.atMs - right.atMs);
  let [first, sum] = [0, 0];
  let found: { most: number; last: One | null } = { most: 0, last: null };
  for (const charge of sorted) {
    sum += charge.amount;
    for (; (sorted[first]?.atMs ?? charge.atMs) <= charge.atMs - windowMs; first += 1) sum -= sorted[first]?.amount ?? 0;
    if (sum > found.most) found = { most: sum, last: charge };
  }
  return found;
}
