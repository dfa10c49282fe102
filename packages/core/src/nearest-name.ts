/** Levenshtein distance, one row at a time. */
function distance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const substituted = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(substituted, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/**
 * The known name that was most likely meant, null when none is near enough.
 *
 * @param share one letter in so many of the known name may differ
 */
export function nearestName(name: string, known: Iterable<string>, share = 3): string | null {
  const asked = name.slice(0, 64).toLowerCase();
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const edits = distance(asked, candidate.toLowerCase());
    if (edits < bestDistance && edits <= Math.floor(candidate.length / share)) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}
