import { type ModelResult, NO_USAGE, type Usage } from "@composite-llm/contracts";
import type { Failure, FailureClass } from "@composite-llm/core";
import type { ProviderOutcome } from "@composite-llm/providers";

/** How a try ended, whoever ended it. */
export type CallEnd =
  | { kind: "succeeded"; result: ModelResult; usage: Usage }
  | { kind: "failed"; failure: Failure; usage: Usage }
  | { kind: "cancelled"; usage: Usage };

/** Why we abort a request ourselves. */
export type AbortReason = "deadline" | "unwanted";

export function toFailure(failureClass: FailureClass, message: string): Failure {
  return { class: failureClass, message, status: null, code: null, param: null, retryAfterMs: null };
}

/** @param aborted why we ended the request ourselves, null when we did not */
export function toCallEnd(outcome: ProviderOutcome, aborted: AbortReason | null): CallEnd {
  if (outcome.kind === "success") return { kind: "succeeded", result: outcome.result, usage: outcome.result.usage ?? NO_USAGE };
  const usage = outcome.usage ?? NO_USAGE;
  if (outcome.kind === "failure") return { kind: "failed", failure: outcome.failure, usage };
  return aborted === "deadline"
    ? { kind: "failed", failure: toFailure("timeout", "the call's time was over"), usage }
    : { kind: "cancelled", usage };
}
