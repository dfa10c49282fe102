import type { Settled } from "./run-port.ts";

/** The calls that are made for one step: its own, and those at other places. The first success ends it; without one, the last failure does. */
export interface StepRace {
  /** A call is under way, under this key. */
  join(key: string): void;
  /** What became of one. */
  settle(settled: Settled): void;
  /** The stage goes on: nothing more is to be started for it. */
  leave(): void;
  /** Whether any of them may still come to something. */
  readonly isRunning: boolean;
  readonly isOver: boolean;
}

export interface StepRaceOptions {
  /** The step's own key. */
  step: string;
  /** Starts another call in place of those that failed so far, if there is one to start: whether it did. */
  goOn(failed: readonly Settled[]): Promise<boolean>;
  /** Hears once, under the step's own key, what the step came to; of several failures, of its own call's. */
  onEnd(settled: Settled): void;
}

export function createStepRace({ step, goOn, onEnd }: StepRaceOptions): StepRace {
  const running = new Set<string>();
  const failed: Settled[] = [];
  let isOver = false;

  const end = (settled: Settled): void => {
    if (isOver) return;
    isOver = true;
    onEnd({ ...settled, step });
  };
  const fail = (last: Settled): void => end(failed.find((one) => one.step === step) ?? last);

  return {
    get isRunning() {
      return running.size > 0;
    },
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
      if (settled.status === "succeeded") return end(settled);
      failed.push(settled);
      if (running.size > 0) return undefined;
      void goOn(failed).then(
        (hasGoneOn) => (hasGoneOn ? undefined : fail(settled)),
        () => fail(settled),
      );
      return undefined;
    },
  };
}
