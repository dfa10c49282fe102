import type { ChatCompletion, RunError } from "@composite-llm/contracts";
import { ApiError } from "@composite-llm/core";
import type { StartedRun } from "../runs/start-run.ts";

/** How a run ended, for a client that waits for one answer. */
export type RunOutcome = { completion: ChatCompletion } | { failure: RunError };

/** Waits for the end of a run. @throws ApiError `queue_unavailable` when its events are lost */
export function outcomeOf({ run, listen }: StartedRun): Promise<RunOutcome> {
  return new Promise((resolve, reject) => {
    listen({
      onEvent: (event) => {
        if (event.kind === "finished") resolve({ completion: event.data.completion });
        else if (event.kind === "error") resolve({ failure: event.data });
      },
      onLost: () =>
        reject(new ApiError("queue_unavailable", `The events of run ${run} cannot be read any further.`, { composite: { run_id: run } })),
    });
  });
}
