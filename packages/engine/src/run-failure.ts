import { ApiError, type Failure, type FailureClass, isRetryable, OVER_PROVIDER_LIMIT, WORKER_DEATHS } from "@composite-llm/core";

/** A call that failed for good. */
export interface FailedCall {
  step: string;
  slot: number;
  failure: Failure;
}

/** The run cannot give an answer: thrown through a strategy's code to end it. */
export class RunFailure extends Error {
  readonly apiError: ApiError;
  /** Whether the client can mend it, and so must hear of it. */
  readonly isClients: boolean;
  /** Whether time was what a call ran out of. */
  readonly isTimeout: boolean;
  /** As what it counts where a composite member failed with it. */
  readonly failureClass: FailureClass;

  constructor(apiError: ApiError, failed: readonly FailedCall[] = []) {
    super(apiError.message);
    this.name = "RunFailure";
    this.apiError = apiError;
    this.isClients = apiError.key === "upstream_error" && apiError.status < 500;
    this.isTimeout = failed.some(({ failure }) => failure.class === "timeout");
    const classes = new Set(failed.map(({ failure }) => failure.class));
    const [only] = classes;
    this.failureClass = only !== undefined && classes.size === 1 ? only : "unavailable";
  }
}

function listed(failed: readonly FailedCall[]): { step: string; class: FailureClass }[] {
  return failed.map(({ step, failure }) => ({ step, class: failure.class }));
}

function shortestWait(failed: readonly FailedCall[]): number | null {
  const waits = failed.map(({ failure }) => failure.retryAfterMs).filter((wait) => wait !== null);
  return waits.length === 0 ? null : Math.min(...waits);
}

/** No member of a stage answered: 429 when all were rate limited, otherwise 502. */
export function allMembersFailed(run: string, stage: string, failed: readonly FailedCall[]): RunFailure {
  const composite = { run_id: run, failed: listed(failed) };
  const classes = listed(failed)
    .map((call) => `${call.step} ${call.class}`)
    .join(", ");
  if (failed.length > 0 && failed.every(({ failure }) => failure.class === "rate_limited")) {
    const message = `Every member of stage ${stage} was rate limited by its provider (${classes}).`;
    return new RunFailure(new ApiError("provider_rate_limited", message, { composite, retryAfterMs: shortestWait(failed) }), failed);
  }
  // What our own limits say is no secret of a provider's, and only the client can mend it.
  const limits = new Set(failed.flatMap(({ failure }) => (failure.code === OVER_PROVIDER_LIMIT ? [failure.message] : [])));
  const message = [`No member of stage ${stage} gave an answer (${classes})`, ...limits].join("; ");
  return new RunFailure(new ApiError("all_members_failed", `${message}.`, { composite }), failed);
}

/**
 * The last call failed. What a client can mend (a 4xx of a plain model, a bad parameter, too long a context) is passed through with the
 * provider's own words; everything else is ours to answer for.
 */
export function finalCallFailed(run: string, call: FailedCall, isPlainModel: boolean, earlier: readonly FailedCall[] = []): RunFailure {
  const { failure } = call;
  const composite = { run_id: run, failed: listed([...earlier, call]) };
  if (failure.status === null && failure.code === WORKER_DEATHS) {
    return new RunFailure(new ApiError("worker_deaths", failure.message, { composite }), [call]);
  }
  // The panel was paid, and the official clients would pay it again, twice, on a 429 or a 502.
  const again = isPlainModel && isRetryable(failure) ? {} : { retry: false as const };
  const isClients = failure.status !== null && failure.status >= 400 && failure.status < 500;
  const isMendable = failure.class === "bad_request" || failure.class === "context_length";
  if (isClients && (isPlainModel || isMendable)) {
    const { status, code, param, retryAfterMs } = failure;
    const type = failure.class === "rate_limited" ? "rate_limit_error" : "invalid_request_error";
    const details = { status: status as number, type, param, code: code ?? failure.class, retryAfterMs, composite, ...again };
    return new RunFailure(new ApiError("upstream_error", failure.message, details), [call]);
  }
  if (failure.class === "rate_limited") {
    const message = "The model of the last stage was rate limited by its provider.";
    return new RunFailure(new ApiError("provider_rate_limited", message, { composite, retryAfterMs: failure.retryAfterMs, ...again }), [
      call,
    ]);
  }
  const message = `The model of the last stage gave no answer (${failure.class}).`;
  return new RunFailure(new ApiError("upstream_error", message, { composite, ...again }), [call]);
}

export function deadlineExceeded(run: string, totalDeadlineMs: number): RunFailure {
  const message = `The run did not end within its ${totalDeadlineMs} ms; set total_deadline_ms or send it to fewer members.`;
  return new RunFailure(new ApiError("deadline_exceeded", message, { composite: { run_id: run } }));
}
