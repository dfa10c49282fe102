import type { Settled } from "../run/settled.ts";

export interface Waiter {
  run: string;
  step: string;
  dispatch: number;
  provider: string;
  /** Monotonic time since when it waits; minus infinity when it did so before its run was taken up. */
  sinceMs: number;
  /** Whether a request for it is known to have left. */
  isBegun: boolean;
  /** Monotonic time of its last sign: its beginning, or the last look. */
  lookedAtMs: number;
  onSettled(settled: Settled): void;
  /** A request for it left. */
  onBegun(step: string): void;
}

/** Who waits in this process for which cell. */
export interface Waiters {
  add(waiter: Waiter): void;
  /** Gives the result to who waits for it, once. */
  settle(run: string, settled: Settled): void;
  /** Tells who waits for a cell that a request for it left. */
  begun(run: string, step: string, dispatch: number): void;
  /** All of a run. */
  of(run: string): Waiter[];
  /** Drops all of a run. */
  drop(run: string): void;
  /** Those that heard nothing since the given time. */
  silentSince(monotonicMs: number): Waiter[];
  readonly size: number;
}

export function createWaiters(): Waiters {
  const byRun = new Map<string, Map<string, Waiter>>();
  let size = 0;
  const cell = (step: string, dispatch: number) => `${step}#${dispatch}`;
  return {
    add: (waiter) => {
      const waiters = byRun.get(waiter.run) ?? new Map<string, Waiter>();
      byRun.set(waiter.run, waiters);
      waiters.set(cell(waiter.step, waiter.dispatch), waiter);
      size += 1;
    },
    settle: (run, settled) => {
      const waiters = byRun.get(run);
      const waiter = waiters?.get(cell(settled.step, settled.dispatch));
      if (waiters === undefined || waiter === undefined) return;
      waiters.delete(cell(settled.step, settled.dispatch));
      size -= 1;
      if (waiters.size === 0) byRun.delete(run);
      waiter.onSettled(settled);
    },
    begun: (run, step, dispatch) => {
      const waiter = byRun.get(run)?.get(cell(step, dispatch));
      if (waiter === undefined) return;
      waiter.isBegun = true;
      waiter.onBegun(step);
    },
    of: (run) => [...(byRun.get(run)?.values() ?? [])],
    drop: (run) => {
      size -= byRun.get(run)?.size ?? 0;
      byRun.delete(run);
    },
    silentSince: (monotonicMs) =>
      [...byRun.values()].flatMap((waiters) => [...waiters.values()].filter((waiter) => waiter.lookedAtMs < monotonicMs)),
    get size() {
      return size;
    },
  };
}
