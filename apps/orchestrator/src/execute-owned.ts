import { executeRun, type LatencyBook, type Timer } from "@composite-llm/engine";
import { type OwnedRun, OwnershipLost } from "@composite-llm/queue";
import type { Logger } from "@composite-llm/runtime";
import type { Registry, Strategy } from "@composite-llm/strategies";

export interface ExecuteDeps {
  /** The strategies as they are now; a run keeps those that it began with. */
  registry(): Registry<Strategy>;
  startTimer: Timer;
  latencies: LatencyBook;
  /** Aborted when this process ends: its runs go to others at once. */
  closing: AbortSignal;
  logger: Logger;
}

/**
 * Executes a run that this process owns, and gives whether it is left to another process: at once, or when what it waits for has come. Rejects only when
 * Redis fails.
 */
export async function executeOwned(port: OwnedRun, deps: ExecuteDeps): Promise<"done" | "handed_back" | "parked"> {
  const logger = deps.logger.child({ run: port.run });
  const letGo = (): void => port.let();
  if (deps.closing.aborted) letGo();
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
      return "handed_back";
    }
    if (error.outcome === "parked") {
      logger.debug("the run is parked until its provider has room");
      return "parked";
    }
    logger.info({ outcome: error.outcome }, "the run went to another owner or ended elsewhere");
  } finally {
    deps.closing.removeEventListener("abort", letGo);
    port.let();
  }
  return "done";
}
