import { parseRunJob } from "@composite-llm/contracts";
import { isRunId } from "@composite-llm/core";
import { executeRun, type LatencyBook, type Timer } from "@composite-llm/engine";
import { OwnershipLost, type RunDesk, type TakenJob } from "@composite-llm/queue";
import type { Logger } from "@composite-llm/runtime";
import type { Registry, Strategy } from "@composite-llm/strategies";

export interface ProcessRunDeps {
  desk: RunDesk;
  /** The strategies as they are now; a run keeps those that it began with. */
  registry(): Registry<Strategy>;
  startTimer: Timer;
  latencies: LatencyBook;
  /** Aborted when this process ends: its runs go to others at once. */
  closing: AbortSignal;
  logger: Logger;
}

/** Takes a run up from its job and executes it, or hands it back. Rejects otherwise only when Redis fails: the job is then taken up again. */
export async function processRun(job: TakenJob, deps: ProcessRunDeps): Promise<void> {
  const { run } = parseRunJob(job.data);
  if (!isRunId(run)) throw new Error("the run job names no run");
  if (deps.closing.aborted) throw await job.handBack();
  const logger = deps.logger.child({ run });
  const port = await deps.desk.take(run);
  if (port === null) {
    logger.debug("the run had ended");
    return;
  }
  const letGo = (): void => port.let();
  deps.closing.addEventListener("abort", letGo);
  try {
    await executeRun(port, {
      registry: deps.registry(),
      startTimer: deps.startTimer,
      latencies: deps.latencies,
      onFault: (error) => logger.error({ err: error }, "the run met a fault of ours"),
    });
    logger.debug({ model: port.plan.model }, "run ended");
  } catch (error) {
    if (!(error instanceof OwnershipLost)) throw error;
    if (deps.closing.aborted) {
      logger.info("the run is handed back");
      throw await job.handBack();
    }
    logger.info({ outcome: error.outcome }, "the run went to another owner or ended elsewhere");
  } finally {
    deps.closing.removeEventListener("abort", letGo);
    port.let();
  }
}
