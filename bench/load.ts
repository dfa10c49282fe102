/** What a closed loop of clients measured. */
export interface LoadResult {
  /** Requests completed per second of wall clock. */
  perSecond: number;
  completed: number;
  failed: number;
  /** Milliseconds, sorted. */
  latenciesMs: number[];
}

/** Has so many clients send one request after the other, each the next when the last was answered, for a time. */
export async function runLoad(clients: number, durationMs: number, request: () => Promise<void>): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  let failed = 0;
  const beganAt = performance.now();
  const endAt = beganAt + durationMs;
  const client = async (): Promise<void> => {
    while (performance.now() < endAt) {
      const sentAt = performance.now();
      try {
        await request();
        latenciesMs.push(performance.now() - sentAt);
      } catch {
        failed += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - beganAt) / 1000;
  latenciesMs.sort((left, right) => left - right);
  return { perSecond: latenciesMs.length / seconds, completed: latenciesMs.length, failed, latenciesMs };
}

/** A percentile of sorted values, by the nearest rank. */
export function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((left, right) => left - right),
    50,
  );
}
