import { isRunId, type RunId } from "@composite-llm/core";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { isLiveJob } from "../jobs/live-job.ts";
import type { Keys } from "../run/run-keys.ts";
import { type JournalSnapshot, toJournalSnapshot } from "../run/journal-snapshot.ts";
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
}

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
    const journal = await readSettled(commands, keys, run, step, dispatch);
    if (journal !== null) {
      waiters.settle(run, journal);
      return;
    }
    if (isLiveJob(state)) return;
    const status = await options.lose(run, step, dispatch);
    if (status === "lost") waiters.settle(run, { step, dispatch, status: "lost", report: null });
  };

  return {
    lookAt,
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

async function readSettled(
  commands: Redis,
  keys: Keys,
  run: RunId,
  step: string,
  dispatch: number,
): Promise<JournalSnapshot["settled"][number] | null> {
  const cellField = `c:${step}#${dispatch}`;
  const reportField = `r:${step}#${dispatch}`;
  const [cell, report] = await commands.hmget(keys.journal(run), cellField, reportField);
  if (typeof cell !== "string") return null;
  const fields = [cellField, cell, ...(typeof report === "string" ? [reportField, report] : [])];
  return toJournalSnapshot(fields).settled[0] ?? null;
}
