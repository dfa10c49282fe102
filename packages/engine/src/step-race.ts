import type { Settled } from "./run-port.ts";

/** The calls that are made for one step: its own, and that of its hedge. The first success ends it; without one, the last failure does. */
export interface StepRace {
  /** A call is under way, under this key. */
  join(key: string): void;
  /** What became of one. */
  settle(settled: Settled): void;
  /** The stage goes on: nothing more is to be started for it. */
  leave(): void;
  readonly isOver: boolean;
}

/** @param onEnd hears once, under the step's own key, what the step came to; of several failures, of its own call's */
export function createStepRace(step: string, onEnd: (settled: Settled) => void): StepRace {
  const running = new Set<string>();
  let failure: Settled | null = null;
  let isOver = false;
  return {
    get isOver() {
      return isOver;
    },
    join: (key) => running.add(key),
    leave: () => {
      isOver = true;
    },
    settle: (settled) => {
      if (isOver) return;
      running.delete(settled.step);
      const isSuccess = settled.status === "succeeded";
      if (failure === null || settled.step === step) failure = settled;
      if (!isSuccess && running.size > 0) return;
      isOver = true;
      onEnd({ ...(isSuccess ? settled : failure), step });
    },
  };
}
