/** Runs whose jobs this process puts aside, or has put aside: news of them brings their jobs back. */
export interface ParkedRuns {
  /** From now on news of the run are noted. Before its calls are looked at for the last time, so that none is missed. */
  add(run: string, untilMs: number, providers: ReadonlySet<string>): void;
  /** It was not put aside after all. */
  remove(run: string): void;
  /** Until when it may be put aside; null when it is not to be. Redis time. */
  untilMs(run: string): number | null;
  /** Its job is aside now; brings it back at once when news came meanwhile. */
  asideNow(run: string, job: string): void;
  /** Whether a run is aside that waits for this provider. */
  waitFor(provider: string): boolean;
  /** Something came for the run. */
  wake(run: string): void;
  /** Brings all back. */
  wakeAll(): Promise<void>;
  /** Forgets those whose time is over, which come back by themselves. */
  forget(beforeMs: number): void;
}

interface Parked {
  untilMs: number;
  providers: ReadonlySet<string>;
  /** Null while its job is still in hand. */
  job: string | null;
  hasNews: boolean;
}

/** @param promote brings a job back */
export function createParkedRuns(promote: (job: string) => Promise<void>, onError: (error: Error) => void): ParkedRuns {
  const parked = new Map<string, Parked>();
  const bringBack = async (run: string, job: string): Promise<void> => {
    parked.delete(run);
    // If it fails, the sweeper does it.
    await promote(job).catch(onError);
  };
  const wake = async (run: string): Promise<void> => {
    const entry = parked.get(run);
    if (entry === undefined) return;
    entry.hasNews = true;
    if (entry.job !== null) await bringBack(run, entry.job);
  };
  return {
    add: (run, untilMs, providers) => parked.set(run, { untilMs, providers, job: null, hasNews: false }),
    remove: (run) => parked.delete(run),
    untilMs: (run) => parked.get(run)?.untilMs ?? null,
    asideNow: (run, job) => {
      const entry = parked.get(run);
      if (entry === undefined) return;
      entry.job = job;
      if (entry.hasNews) void bringBack(run, job);
    },
    waitFor: (provider) => [...parked.values()].some(({ providers }) => providers.has(provider)),
    wake: (run) => void wake(run),
    wakeAll: async () => {
      await Promise.all([...parked.keys()].map(wake));
    },
    forget: (beforeMs) => {
      for (const [run, { untilMs }] of parked) if (untilMs < beforeMs) parked.delete(run);
    },
  };
}
