import { wonStep } from "@composite-llm/contracts";
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
  /** Whether its step is known to be won, by whichever call. */
  isWon: boolean;
  onSettled(settled: Settled): void;
  /** A request for it left. */
  onBegun(step: string): void;
}

/** Who waits in this process for which cell. */
export interface Waiters {
  add(waiter: Waiter): void;
  /**
   * Gives the result to who waits for it, once. A success whose own cell nobody waits for any more, because it was given up, goes to whoever waits
   * for another call of its step and does not know an answer yet.
   */
  settle(run: string, settled: Settled): void;
  /** Whether somebody waits for this cell and knows of no answer to its step. */
  isOpen(run: string, step: string, dispatch: number): boolean;
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
      if (waiters === undefined) return;
      const own = waiters.get(cell(settled.step, settled.dispatch));
      let heir: Waiter | undefined;
      if (settled.status === "succeeded") {
        const rivals = [...waiters.values()].filter(({ step }) => wonStep(step) === wonStep(settled.step));
        heir = rivals.find(({ isWon }) => !isWon);
        for (const rival of rivals) rival.isWon = true;
      }
      if (own !== undefined) {
        waiters.delete(cell(settled.step, settled.dispatch));
        size -= 1;
        if (waiters.size === 0) byRun.delete(run);
      }
      (own ?? heir)?.onSettled(settled);
    },
    isOpen: (run, step, dispatch) => byRun.get(run)?.get(cell(step, dispatch))?.isWon === false,
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
