import type { RunPlan } from "@composite-llm/contracts";
import { ApiError } from "@composite-llm/core";
import type { LimitsBoard, RunGate } from "@composite-llm/queue";
import { expectedWaitMs } from "./expected-wait.ts";

/** Why a run would be taken in vain; null when it would not. */
function refusalOf(plan: RunPlan, board: Pick<LimitsBoard, "expectedWaitMs">): ApiError | null {
  const waitMs = expectedWaitMs(plan, board);
  const retryAfterMs = waitMs - plan.totalDeadlineMs;
  if (retryAfterMs <= 0) return null;
  const seconds = (ms: number): number => Math.ceil(ms / 1000);
  const message =
    `The run would wait about ${seconds(waitMs)} s for the limits of its providers and has ${seconds(plan.totalDeadlineMs)} s in all, ` +
    "so it was not taken and nothing was spent. Try again later, or set a longer total_deadline_ms.";
  return new ApiError("provider_rate_limited", message, { retryAfterMs });
}

/**
 * The gate, but for new runs whose time would be over before their calls were let go: their clients are told when the wait will have become short
 * enough. A run that exists can be joined all the same, and a retry, of which a part is paid for, is taken.
 */
export function refuseByPlan(gate: RunGate, board: Pick<LimitsBoard, "look" | "expectedWaitMs">): RunGate {
  return {
    ...gate,
    submit: async (plan, submission) => {
      await board.look();
      const refusal = submission.inheritFrom === null ? refusalOf(plan, board) : null;
      return gate.submit(plan, refusal === null ? submission : { ...submission, refusal });
    },
  };
}
