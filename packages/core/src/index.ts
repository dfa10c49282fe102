export { API_ERRORS, ApiError, type ApiErrorBody, type ApiErrorCode, type ApiErrorDetails } from "./api-error.ts";
export { canonicalJson } from "./canonical-json.ts";
export { type Clock, systemClock } from "./clock.ts";
export {
  FAILURE_CLASSES,
  type Failure,
  type FailureClass,
  isRetryable,
  mayPassElsewhere,
  OUTPUT_CAP,
  OVER_PROVIDER_LIMIT,
  WORKER_DEATHS,
} from "./failure.ts";
export { createRunId, isRunId, MAX_SHARDS, type RunId, shardOf } from "./run-id.ts";
export { isRecord, type JsonObject } from "./json.ts";
export { nearestName } from "./nearest-name.ts";
export { createPermutation, createRandom, type Random } from "./random.ts";
export { type RetryPolicy, retryDelayMs } from "./retry.ts";
export { Secret } from "./secret.ts";
export { StartupError } from "./startup-error.ts";
