import { type Following, GOES_ON } from "@composite-llm/queue";

/** Decides what becomes of a run whose answer ended before it did. */
export interface HangUpPolicy {
  onGone(following: Following): void;
  /** From now on it is this gateway that hangs up: its runs go on. */
  stop(): void;
}

/** A client that hangs up leaves its run, which is cancelled after its grace when nobody else follows it. */
export function createHangUpPolicy(): HangUpPolicy {
  let isStopped = false;
  return {
    onGone: (following) => following.leave(isStopped ? GOES_ON : undefined),
    stop: () => {
      isStopped = true;
    },
  };
}
