import type { StagePolicy } from "@composite-llm/contracts";
import type { Timer } from "./run-port.ts";
import type { ReleaseReason } from "./stage-decision.ts";

export interface StageWaitOptions {
  policy: StagePolicy;
  slots: number;
  /** Until the stage's own deadline. */
  remainingMs: number;
  /** Until what is left of the run's time is needed by what follows. */
  ladderMs: number;
  startTimer: Timer;
  signal: AbortSignal;
}

/** Decides when a stage has waited enough: everybody is done, or the quorum is reached and its grace is over, or the time is. */
export interface StageWait {
  succeeded(): void;
  failed(): void;
  /** Why the stage goes on. Rejects when the run is no longer ours. */
  readonly released: Promise<ReleaseReason>;
}

export function createStageWait(options: StageWaitOptions): StageWait {
  const { policy, slots, startTimer, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<ReleaseReason>();
  let successes = 0;
  let failures = 0;
  let stopGrace: (() => void) | null = null;

  const isLadderFirst = options.ladderMs < options.remainingMs;
  const stopDeadline = startTimer(Math.max(0, Math.min(options.remainingMs, options.ladderMs)), () =>
    end(isLadderFirst ? "ladder" : "deadline"),
  );
  const onAbort = (): void => {
    clear();
    reject(signal.reason as Error);
  };
  function clear(): void {
    stopDeadline();
    stopGrace?.();
    signal.removeEventListener("abort", onAbort);
  }
  function end(reason: ReleaseReason): void {
    clear();
    resolve(reason);
  }
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort);

  const look = (): void => {
    if (successes + failures >= slots) end("all");
    else if (successes >= policy.minSuccess && policy.graceMs !== null && stopGrace === null) {
      stopGrace = startTimer(policy.graceMs, () => end("quorum"));
    }
  };
  if (slots === 0) end("all");

  return {
    released: promise,
    succeeded: () => {
      successes += 1;
      look();
    },
    failed: () => {
      failures += 1;
      look();
    },
  };
}
