/**
 * Every error that a client can receive. `status` and `type` are what the OpenAI clients switch on; `retry: false`
 * becomes `x-should-retry: false`, which keeps them from repeating a request that cannot end differently.
 */
export const API_ERRORS = {
  invalid_request: { status: 400, type: "invalid_request_error", retry: null },
  invalid_cursor: { status: 400, type: "invalid_request_error", retry: null },
  webhook_not_allowed: { status: 400, type: "invalid_request_error", retry: null },
  invalid_api_key: { status: 401, type: "authentication_error", retry: null },
  cost_cap_exceeded: { status: 402, type: "insufficient_quota", retry: false },
  operator_only: { status: 403, type: "permission_error", retry: null },
  model_not_allowed: { status: 403, type: "permission_error", retry: null },
  model_not_found: { status: 404, type: "invalid_request_error", retry: null },
  provider_not_found: { status: 404, type: "invalid_request_error", retry: null },
  run_not_found: { status: 404, type: "invalid_request_error", retry: null },
  unknown_endpoint: { status: 404, type: "invalid_request_error", retry: null },
  idempotency_conflict: { status: 409, type: "invalid_request_error", retry: false },
  run_cancelled: { status: 409, type: "invalid_request_error", retry: false },
  request_too_large: { status: 413, type: "invalid_request_error", retry: null },
  rate_limit_exceeded: { status: 429, type: "rate_limit_error", retry: null },
  insufficient_quota: { status: 429, type: "insufficient_quota", retry: false },
  provider_rate_limited: { status: 429, type: "rate_limit_error", retry: null },
  all_members_failed: { status: 502, type: "upstream_error", retry: false },
  upstream_error: { status: 502, type: "upstream_error", retry: null },
  worker_deaths: { status: 500, type: "server_error", retry: false },
  internal_error: { status: 500, type: "server_error", retry: null },
  queue_unavailable: { status: 503, type: "server_error", retry: null },
  queue_full: { status: 503, type: "server_error", retry: null },
  deadline_exceeded: { status: 504, type: "timeout_error", retry: false },
} as const satisfies Record<string, { status: number; type: string; retry: boolean | null }>;

export type ApiErrorCode = keyof typeof API_ERRORS;

export interface ApiErrorDetails {
  param?: string | null;
  /** Overrides the catalogue's, for an upstream error that is passed through. */
  status?: number;
  /** Overrides the catalogue's, for an upstream error that is passed through. */
  code?: string;
  type?: string;
  retryAfterMs?: number | null;
  /** False where a repetition would only pay again; overrides the catalogue's. */
  retry?: false;
  /** What of the run belongs to the error: its id, the class of each failed member. */
  composite?: Record<string, unknown>;
}

export interface ApiErrorBody {
  message: string;
  type: string;
  param: string | null;
  code: string | null;
  composite?: Record<string, unknown>;
}

/** An error for the client, in the form of the OpenAI API. Its message names the field and the fix. */
export class ApiError extends Error {
  readonly key: ApiErrorCode;
  readonly details: ApiErrorDetails;

  constructor(key: ApiErrorCode, message: string, details: ApiErrorDetails = {}) {
    super(message);
    this.name = "ApiError";
    this.key = key;
    this.details = details;
  }

  get status(): number {
    return this.details.status ?? API_ERRORS[this.key].status;
  }

  /** `error` of the response body: all four fields present, as clients expect. */
  get body(): ApiErrorBody {
    const { param, code, type, composite } = this.details;
    return {
      message: this.message,
      type: type ?? API_ERRORS[this.key].type,
      param: param ?? null,
      code: code ?? this.key,
      ...(composite === undefined ? {} : { composite }),
    };
  }

  get headers(): Record<string, string> {
    const headers: Record<string, string> = {};
    const retryAfterMs = this.details.retryAfterMs;
    if (retryAfterMs !== undefined && retryAfterMs !== null) {
      headers["retry-after"] = String(Math.ceil(retryAfterMs / 1000));
      headers["retry-after-ms"] = String(Math.ceil(retryAfterMs));
    }
    // The Node client ignores a retry-after above 60 s and would come back too early.
    if ((this.details.retry ?? API_ERRORS[this.key].retry) === false || (retryAfterMs ?? 0) > 60_000) headers["x-should-retry"] = "false";
    return headers;
  }
}
