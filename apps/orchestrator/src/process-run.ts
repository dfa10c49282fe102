import { parseRunJob } from "@composite-llm/contracts";
import { isRunId } from "@composite-llm/core";
import { executeRun, type Timer } from "@composite-llm/engine";
import { OwnershipLost, type RunDesk } from "@composite-llm/queue";
import type { Logger } from "@composite-llm/runtime";
import type { Registry, Strategy } from "@composite-llm/strategies";

export interface ProcessRunDeps {
  desk: RunDesk;
  /** The strategies as they are now; a run keeps those that it began with. */
  registry(): Registry<Strategy>;
  startTimer: Timer;
  logger: Logger;
}

/** Takes a run up from its job and executes it. Rejects only when Redis fails: the job is then taken up again. */
export async function processRun(payload: unknown, deps: ProcessRunDeps): Promise<void> {
  const { run } = parseRunJob(payload);
  if (!isRunId(run)) throw new Error("the run job names no run");
  const logger = deps.logger.child({ run });
  const port = await deps.desk.take(run);
  if (port === null) {
    logger.debug("the run had ended");
    return;
  }
  try {
    await executeRun(port, {
      registry: deps.registry(),
      startTimer: deps.startTimer,
      onFault: (error) => logger.error({ err: error }, "the run met a fault of ours"),
    });
    logger.debug({ model: port.plan.model }, "run ended");
  } catch (error) {
    if (!(error instanceof OwnershipLost)) throw error;
    logger.info({ outcome: error.outcome }, "the run went to another owner or ended elsewhere");
  } finally {
    port.let();
  }
}
