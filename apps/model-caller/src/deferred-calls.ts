import type { CallDesk, CellClaim, DeferredCall, LimitsDesk } from "@composite-llm/queue";
import { ticketOf, waitingJobOf } from "./to-ask.ts";

/** Calls that wait for their provider's limits as jobs that nobody holds. */
export interface DeferredCalls {
  /** Has a call leave the queue of the limits as soon as its run does not want it any more. */
  add(claim: CellClaim): void;
}

export interface DeferredCallsOptions {
  desk: Pick<CallDesk, "watch" | "clock">;
  limits: Pick<LimitsDesk, "leave">;
  startTimer(delayMs: number, callback: () => void): () => void;
}

/** The run's scripts tell the process that deferred a call last. When that is gone, the call leaves when its job is to be promoted or its time is over. */
export function createDeferredCalls({ desk, limits, startTimer }: DeferredCallsOptions): DeferredCalls {
  return {
    add: (claim) => {
      // What is kept until the call's end is its name: its prompts wait with its job.
      const call: DeferredCall = { ticket: ticketOf(claim), provider: claim.job.provider, job: waitingJobOf(claim) };
      const cell = { run: claim.run, job: { dispatch: claim.job.dispatch }, step: { step: claim.step.step } };
      const leftMs = Math.max(0, claim.job.deadlineMs - desk.clock.now());
      const forget = (): void => {
        endWatch();
        stopTimer();
      };
      const endWatch = desk.watch(cell, () => {
        forget();
        void limits.leave(call);
      });
      const stopTimer = startTimer(leftMs, forget);
    },
  };
}
