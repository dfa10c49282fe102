import type { Logger } from "../logger.ts";
import type { Isolation } from "./isolation.ts";

/** A job that is done in a process of its own, as who holds it sees it. */
export interface ApartJob {
  /** What the process needs to know of it. */
  message: unknown;
  /** How its holder ends when another process is to do it: at once, or after a while. */
  handBack(): Promise<Error>;
  postpone(delayMs: number): Promise<Error>;
  /** Notes that a process died on it. */
  died(how: string): Promise<void>;
}

/** A job that finds no process free looks again so much later, without keeping others from being done. */
const FULL_MS = 1000;
/** What killed a process is not tried again at once. */
const AGAIN_MS = 500;
const FAILED_MS = 5000;

/** Word of a process that hands its job back because it was asked to end. */
export const HANDED_BACK = "handed_back";

/**
 * Does a job in a process of its own, so that its death takes nothing else along. Gives the word of that process.
 *
 * @throws what the job's holder must end with when the job is not done
 */
export async function doApart(
  job: ApartJob,
  { isolation, closing, logger }: { isolation: Isolation; closing: AbortSignal; logger: Logger },
): Promise<string> {
  if (isolation.isFull) throw await job.postpone(FULL_MS);
  logger.warn("done in quarantine, in a process of its own");
  const end = await isolation.run(job.message, closing);
  if (end.kind === "died") {
    logger.error({ how: end.how }, "a process died in quarantine");
    await job.died(end.how);
    throw await job.postpone(AGAIN_MS);
  }
  if (end.kind === "failed") {
    logger.error({ why: end.sentence }, "no process for quarantine");
    throw await job.postpone(FAILED_MS);
  }
  if (end.outcome === HANDED_BACK) throw await job.handBack();
  return end.outcome;
}
