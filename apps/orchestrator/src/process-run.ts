import { parseRunJob } from "@composite-llm/contracts";
import { ApiError, isRunId } from "@composite-llm/core";
import { GIVE_UP_AFTER, type OwnedRun, QUARANTINE_AFTER, type RunDesk, type TakenJob } from "@composite-llm/queue";
import { doApart, type Isolation } from "@composite-llm/runtime";
import { type ExecuteDeps, executeOwned } from "./execute-owned.ts";
import type { RunOrder } from "./perform-run.ts";
import { trackTimers } from "./track-timers.ts";

export interface ProcessRunDeps extends ExecuteDeps {
  desk: RunDesk;
  /** Where runs are executed that kept killing their workers. */
  isolation: Isolation;
}

/**
 * Takes a run up from its job and executes it, or hands it back. One that killed its workers is executed in a process of its own, and at last given up.
 * Rejects otherwise only when Redis fails: the job is then taken up again.
 */
export async function processRun(job: TakenJob, deps: ProcessRunDeps): Promise<void> {
  const { run } = parseRunJob(job.data);
  if (!isRunId(run)) throw new Error("the run job names no run");
  if (deps.closing.aborted) throw await job.handBack();
  const logger = deps.logger.child({ run });
  const timers = trackTimers(deps.startTimer, () => port?.now() ?? 0);
  const port = await deps.desk.take(run, job, () => timers.nextDueMs());
  if (port === null) {
    logger.debug("the run had ended");
    return;
  }
  if (port.deaths < QUARANTINE_AFTER) {
    const ended = await executeOwned(port, { ...deps, startTimer: timers.startTimer });
    if (ended === "handed_back") throw await job.handBack();
    if (ended === "parked") throw await deps.desk.putAside(run, job);
    return;
  }
  const counted = await deps.desk.suffer(run, job, null);
  if (counted === null) return;
  if (counted.deaths >= GIVE_UP_AFTER) {
    logger.error(counted, "the run is given up");
    await giveUp(port, counted);
    return;
  }
  port.let();
  const died = async (how: string): Promise<void> => void (await deps.desk.suffer(run, job, how));
  const order: RunOrder = { run, job: { id: job.id, stalls: job.stalls } };
  await doApart({ ...job, message: order, died }, { isolation: deps.isolation, closing: deps.closing, logger: logger.child(counted) });
}

async function giveUp(port: OwnedRun, { deaths, reason }: { deaths: number; reason: string }): Promise<void> {
  const message = `The run was given up: ${deaths} workers died on it without getting anywhere (the last one: ${reason}).`;
  const error = new ApiError("worker_deaths", message, { composite: { run_id: port.run } });
  await port.finish({ state: "failed", data: { status: error.status, headers: error.headers, error: error.body } }, []);
}
