import { callKeys, wonStep } from "@composite-llm/contracts";
import { isRunId, type RunId } from "@composite-llm/core";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { isLiveJob } from "../jobs/live-job.ts";
import type { Keys } from "../run/run-keys.ts";
import { toJournalSnapshot } from "../run/journal-snapshot.ts";
import type { Settled } from "../run/settled.ts";
import type { Waiter, Waiters } from "./waiters.ts";

export interface LookAgainOptions {
  waiters: Waiters;
  commands: Redis;
  keys: Keys;
  queueOf(provider: string): Queue;
  /** Gives up a cell whose job is gone; gives the status that the cell has then. */
  lose(run: RunId, step: string, dispatch: number): Promise<string>;
  monotonicMs(): number;
  onError(error: Error): void;
}

export interface LookAgain {
  /** Looks at all that heard nothing for so long. */
  look(silentForMs: number): Promise<void>;
  lookAt(waiter: Waiter): Promise<void>;
  /** Passes on what is told of a cell. One that came to nothing is none that failed where another call has won its step: that one is told first. */
  hear(run: string, settled: Settled): Promise<void>;
}

/** What becomes of a call whose step another one may have won. */
const MAY_BE_OUTRUN: ReadonlySet<string> = new Set(["duplicate", "late", "cancelled"]);

/**
 * Looks after cells that were silent for a while, so that a lost wake-up costs time and never the result: the job's state first, then the
 * journal, because a commit between the two is then seen.
 */
export function createLookAgain(options: LookAgainOptions): LookAgain {
  const { waiters, commands, keys } = options;

  const lookAt = async (waiter: Waiter): Promise<void> => {
    const { run, step, dispatch } = waiter;
    waiter.lookedAtMs = options.monotonicMs();
    if (!isRunId(run)) return;
    const state = await options.queueOf(waiter.provider).getJobState(`${run}.${dispatch}`);
    if ((await settleFromJournal(run, step, dispatch)) || isLiveJob(state)) return;
    const status = await options.lose(run, step, dispatch);
    if (status === "lost") waiters.settle(run, { step, dispatch, status: "lost", report: null });
    else await settleFromJournal(run, step, dispatch);
  };

  /** Gives whether the cell is closed. */
  const settleFromJournal = async (run: RunId, step: string, dispatch: number): Promise<boolean> => {
    const { own, winner } = await readSettled(commands, keys, run, step, dispatch);
    if (winner !== null) waiters.settle(run, winner);
    if (own !== null) waiters.settle(run, own);
    return own !== null;
  };

  const hear = async (run: string, settled: Settled): Promise<void> => {
    const { step, dispatch, status } = settled;
    try {
      if (MAY_BE_OUTRUN.has(status) && waiters.isOpen(run, step, dispatch) && isRunId(run)) {
        const { winner } = await readSettled(commands, keys, run, step, dispatch);
        if (winner !== null) waiters.settle(run, winner);
      }
      waiters.settle(run, settled);
    } catch (error) {
      // It is looked at again.
      options.onError(error as Error);
    }
  };

  return {
    lookAt,
    hear,
    look: async (silentForMs) => {
      const silent = waiters.silentSince(options.monotonicMs() - silentForMs);
      for (const waiter of silent) {
        try {
          await lookAt(waiter);
        } catch (error) {
          options.onError(error as Error);
        }
      }
    },
  };
}

/** What the journal says of a cell, and the cell that won its step; null where there is none. */
async function readSettled(
  commands: Redis,
  keys: Keys,
  run: RunId,
  step: string,
  dispatch: number,
): Promise<{ own: Settled | null; winner: Settled | null }> {
  const journal = keys.journal(run);
  const won = wonStep(step);
  const wonBy = await commands.hget(journal, `w:${won}`);
  const cells = [`${step}#${dispatch}`, ...(wonBy === null ? [] : callKeys(won).map((key) => `${key}#${wonBy}`))];
  const fields = cells.flatMap((cell) => [`c:${cell}`, `r:${cell}`]);
  const values = await commands.hmget(journal, ...fields);
  const entries = fields.flatMap((field, index) => {
    const value = values[index];
    return typeof value === "string" ? [field, value] : [];
  });
  const { settled } = toJournalSnapshot(entries);
  return {
    own: settled.find((entry) => entry.step === step && entry.dispatch === dispatch) ?? null,
    winner: settled.find(({ status }) => status === "succeeded") ?? null,
  };
}
