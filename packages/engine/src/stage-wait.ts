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
  /** Whether the run goes on without any answer of the stage. */
  isOptional: boolean;
  /** Redis time. */
  now(): number;
  startTimer: Timer;
  signal: AbortSignal;
}

/** Decides when a stage has waited enough: everybody is done, or the quorum is reached and its grace is over, or the time is. */
export interface StageWait {
  /** @param atMs when the answer was there, Redis time: the grace is counted from then, also by an owner that hears of it later */
  succeeded(atMs: number): void;
  failed(): void;
  /** Why the stage goes on. Rejects when the run is no longer ours. */
  readonly released: Promise<ReleaseReason>;
}

export function createStageWait(options: StageWaitOptions): StageWait {
  const { policy, slots, startTimer, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<ReleaseReason>();
  const successes: number[] = [];
  let failures = 0;
  let quorumAtMs: number | null = null;
  let stopGrace: (() => void) | null = null;

  const stopDeadline = startTimer(Math.max(0, options.remainingMs), () => end("deadline"));
  // From then on the first answer is enough; a stage that the run can do without is left without any.
  let isLadderPast = false;
  const stopLadder = startTimer(Math.max(0, options.ladderMs), () => {
    isLadderPast = true;
    if (successes.length > 0 || options.isOptional) end("ladder");
  });
  const onAbort = (): void => {
    clear();
    reject(signal.reason as Error);
  };
  function clear(): void {
    stopDeadline();
    stopLadder();
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
    if (successes.length + failures >= slots) end("all");
    else if (isLadderPast && successes.length > 0) end("ladder");
    else if (policy.graceMs !== null) {
      const reachedAtMs = successes.toSorted((left, right) => left - right)[policy.minSuccess - 1];
      if (reachedAtMs === undefined || reachedAtMs === quorumAtMs) return;
      quorumAtMs = reachedAtMs;
      stopGrace?.();
      stopGrace = startTimer(Math.max(0, reachedAtMs + policy.graceMs - options.now()), () => end("quorum"));
    }
  };
  if (slots === 0) end("all");

  return {
    released: promise,
    succeeded: (atMs) => {
      successes.push(Math.min(atMs, options.now()));
      look();
    },
    failed: () => {
      failures += 1;
      look();
    },
  };
}
