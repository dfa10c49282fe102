const RISING = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** The highest effort that a model has at or below the asked one, else its lowest; null when the asked one is unknown. */
export function nearestEffort(asked: string, taken: readonly string[]): string | null {
  const limit = RISING.indexOf(asked);
  if (limit === -1) return null;
  return taken.findLast((effort) => RISING.indexOf(effort) <= limit) ?? taken[0] ?? null;
}
