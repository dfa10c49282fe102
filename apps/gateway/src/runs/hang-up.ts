import type { RunId } from "@composite-llm/core";
import type { RunGate } from "@composite-llm/queue";
import type { Logger } from "@composite-llm/runtime";

/** What the request wants to happen when its client is gone. */
export type OnDisconnect = "cancel" | "grace" | "continue" | undefined;

/** Decides what becomes of a run whose client hung up before the end. */
export interface HangUpPolicy {
  onGone(run: RunId, wish: OnDisconnect): void;
  /** From now on it is this gateway that hangs up: its runs go on. */
  stop(): void;
}

/**
 * Cancels a run that nobody waits for any more. `grace` leaves time to come back; until a run can be attached to again there is
 * nothing to wait for, so it is a cancel.
 */
export function createHangUpPolicy(gate: Pick<RunGate, "cancel">, logger: Logger): HangUpPolicy {
  let isStopped = false;
  return {
    onGone: (run, wish) => {
      if (isStopped || wish === "continue") return;
      gate.cancel(run).catch((error: unknown) => logger.warn({ err: error, run }, "a run without its client could not be cancelled"));
    },
    stop: () => {
      isStopped = true;
    },
  };
}
