import type { CallDesk, CellClaim, LimitsDesk } from "@composite-llm/queue";
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
      const forget = (): void => {
        endWatch();
        stopTimer();
      };
      const endWatch = desk.watch(claim, () => {
        forget();
        void limits.leave({ ticket: ticketOf(claim), provider: claim.job.provider, job: waitingJobOf(claim) });
      });
      const stopTimer = startTimer(Math.max(0, claim.job.deadlineMs - desk.clock.now()), forget);
    },
  };
}
