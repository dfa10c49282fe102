import type { RunId } from "@composite-llm/core";
import type { TakenJob } from "../jobs/create-worker.ts";
import type { RunScripts } from "../run/run-scripts.ts";
import { QUARANTINE_AFTER } from "./death-limits.ts";

/** A run, or a dispatch of it, as a process holds its job. */
export interface Sufferer {
  run: RunId;
  /** Null for the run itself. */
  dispatch: number | null;
  /** What is called, for people. */
  step: string;
  job: Pick<TakenJob, "id" | "stalls" | "fence">;
}

export interface Sufferings {
  /** Since it last got anywhere. */
  deaths: number;
  /** How the last of them died. */
  reason: string;
}

/**
 * Counts the workers that died on a run or a dispatch: those that BullMQ took its job from, each once.
 *
 * @param died how a process of its own died on this take-up of the job; null when none did
 * @returns null when the run has ended
 */
export async function suffer(scripts: RunScripts, { run, dispatch, step, job }: Sufferer, died: string | null): Promise<Sufferings | null> {
  const fence = died === null ? 0 : job.fence;
  const [outcome, deaths, reason] = await scripts.suffer(
    run,
    dispatch ?? "",
    step,
    job.id,
    job.stalls,
    fence,
    died ?? "",
    QUARANTINE_AFTER,
  );
  return outcome === "ok" ? { deaths: Number(deaths), reason: String(reason) } : null;
}
