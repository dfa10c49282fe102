import { type ModelResult, NO_USAGE, type Usage } from "@composite-llm/contracts";
import type { Failure, FailureClass } from "@composite-llm/core";
import type { ProviderOutcome } from "@composite-llm/providers";

/** How a try ended, whoever ended it. */
export type CallEnd =
  | { kind: "succeeded"; result: ModelResult; usage: Usage }
  | { kind: "failed"; failure: Failure; usage: Usage }
  | { kind: "cancelled"; usage: Usage };

/** Why we abort a call ourselves. */
export type AbortReason = "deadline" | "unwanted" | "shutdown";

/** Why we abort a request ourselves: its call is aborted, or its place within the provider's limits is lost and another may have it. */
export type RequestAbortReason = AbortReason | "lease_lost";

export function toFailure(failureClass: FailureClass, message: string): Failure {
  return { class: failureClass, message, status: null, code: null, param: null, retryAfterMs: null };
}

/** What a request that we aborted ourselves came to, where that is a failure. */
const ABORTED: Partial<Record<RequestAbortReason, Failure>> = {
  deadline: toFailure("timeout", "the call's time was over"),
  lease_lost: toFailure("unavailable", "the call's place within its provider's limits could not be held"),
};

/** @param aborted why we ended the request ourselves, null when we did not */
export function toCallEnd(outcome: ProviderOutcome, aborted: RequestAbortReason | null): CallEnd {
  if (outcome.kind === "success") return { kind: "succeeded", result: outcome.result, usage: outcome.result.usage ?? NO_USAGE };
  const usage = outcome.usage ?? NO_USAGE;
  if (outcome.kind === "failure") return { kind: "failed", failure: outcome.failure, usage };
  const failure = aborted === null ? undefined : ABORTED[aborted];
  return failure === undefined ? { kind: "cancelled", usage } : { kind: "failed", failure, usage };
}
