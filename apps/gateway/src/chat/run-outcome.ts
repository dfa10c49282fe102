import type { ChatCompletion, RunError } from "@composite-llm/contracts";
import { ApiError, type RunId } from "@composite-llm/core";
import type { StartedRun } from "../runs/start-run.ts";

/** How a run ended, for a client that waits for one answer. */
export type RunOutcome = { completion: ChatCompletion } | { failure: RunError };

/** The run goes on, but its answer does not come this way. */
export function answerLost(run: RunId, why: string): ApiError {
  return new ApiError("queue_unavailable", `${why}; run ${run} goes on: GET /v1/runs/${run} has its result.`, {
    composite: { run_id: run },
    retryAfterMs: 1000,
  });
}

/** Waits for the end of a run. @throws ApiError `queue_unavailable` when its events are lost */
export function outcomeOf({ run, listen }: StartedRun): Promise<RunOutcome> {
  return new Promise((resolve, reject) => {
    listen({
      onEvent: (event) => {
        if (event.kind === "finished") resolve({ completion: event.data.completion });
        else if (event.kind === "error") resolve({ failure: event.data });
      },
      onLost: () => reject(answerLost(run, "The events of the run cannot be read any further")),
    });
  });
}
