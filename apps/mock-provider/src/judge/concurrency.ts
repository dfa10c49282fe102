/** Something that lasts; null while it does. */
export interface Span {
  fromMs: number;
  toMs: number | null;
}

/** For every span, in order of their begin, how many are open with it. An end frees its place for who begins in the same millisecond. */
function* depths(spans: readonly Span[]): Generator<number> {
  const ends = spans.map(({ fromMs, toMs }) => Math.max(fromMs, toMs ?? Number.POSITIVE_INFINITY)).toSorted((left, right) => left - right);
  const begins = spans.map(({ fromMs }) => fromMs).toSorted((left, right) => left - right);
  let ended = 0;
  for (const [index, fromMs] of begins.entries()) {
    for (; ended < index && (ends[ended] ?? 0) <= fromMs; ended += 1);
    yield index + 1 - ended;
  }
}

/** The most that were open at once. */
export function mostAtOnce(spans: readonly Span[]): number {
  let most = 0;
  for (const depth of depths(spans)) most = Math.max(most, depth);
  return most;
}

/** How many began when, they included, more than a limit were open. */
export function countCrowded(spans: readonly Span[], limit: number): number {
  let crowded = 0;
  for (const depth of depths(spans)) if (depth > limit) crowded += 1;
  return crowded;
}

/** Open time within an interval, all spans together, in ms. */
export function openTimeMs(spans: readonly Span[], fromMs: number, toMs: number): number {
  return spans.reduce((sum, span) => sum + Math.max(0, Math.min(span.toMs ?? toMs, toMs) - Math.max(span.fromMs, fromMs)), 0);
}
