/** Why a model call brought no answer. The names are public: they stand in responses, records and metrics. */
export const FAILURE_CLASSES = [
  "rate_limited",
  "timeout",
  "refusal",
  "content_filter",
  "empty",
  "truncated",
  "context_length",
  "unavailable",
  "invalid_response",
  "auth",
  "bad_request",
  "model_not_found",
] as const;

export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** A failed model call in its JSON form. The message may quote the provider and must never enter a prompt. */
export interface Failure {
  class: FailureClass;
  message: string;
  /** HTTP status of the provider's answer, null where there was none. */
  status: number | null;
  /**
   * The provider's own error code, or one of ours: `OUTPUT_CAP` where the answer of class `truncated` was complete but had no room for any text,
   * `WORKER_DEATHS`, `OVER_PROVIDER_LIMIT`.
   */
  code: string | null;
  /** The field of the request that the provider complained about. */
  param: string | null;
  /** How long the provider asked us to wait, null where it did not say. */
  retryAfterMs: number | null;
}

const RETRYABLE: ReadonlySet<FailureClass> = new Set(["rate_limited", "timeout", "unavailable", "invalid_response", "truncated", "empty"]);

/** Code of a `truncated` answer that ended at its own output cap, and not with its connection. */
export const OUTPUT_CAP = "output_cap";

/** Code of a call that was given up because too many workers died while they made it. */
export const WORKER_DEATHS = "worker_deaths";

/** Code of a call that by itself asks for more than a limit of its provider: it is never sent, and its status is that of a client's error. */
export const OVER_PROVIDER_LIMIT = "over_provider_limit";

/** Whether the same request may succeed when it is sent again. One that used up its output cap would be paid again for the same end. */
export function isRetryable(failure: Failure): boolean {
  if (failure.code === WORKER_DEATHS && failure.status === null) return false;
  if (failure.class === "truncated" && failure.code === OUTPUT_CAP) return false;
  return RETRYABLE.has(failure.class);
}

/** Whether the same request may succeed at another place of the same model, however often it fails at this one. */
export function mayPassElsewhere(failure: Failure): boolean {
  return isRetryable(failure) || failure.class === "auth" || failure.class === "model_not_found" || failure.code === OVER_PROVIDER_LIMIT;
}
