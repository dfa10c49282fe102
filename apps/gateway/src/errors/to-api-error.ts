import { ApiError } from "@composite-llm/core";

interface HttpFault extends Error {
  code?: string;
  statusCode?: number;
}

/** What the HTTP layer refuses by itself, in our words. */
const REFUSALS: Readonly<Record<string, (limitBytes: number) => ApiError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (limitBytes) =>
    new ApiError("request_too_large", `The body is larger than ${limitBytes} bytes: send less, or raise server.body_limit.`),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new ApiError("invalid_request", "The content type must be application/json."),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => new ApiError("invalid_request", "The body is shorter or longer than its content-length says."),
  FST_ERR_BAD_URL: () => new ApiError("invalid_request", "The path is not valid: check its percent-encoding."),
};

/**
 * Any error as the client may see it. What is no refusal becomes `internal_error` without its message, which may tell of our
 * insides.
 */
export function toApiError(error: unknown, limitBytes: number): ApiError {
  if (error instanceof ApiError) return error;
  const { code, statusCode, message }: HttpFault = error instanceof Error ? error : new Error("not an error");
  const refusal = code !== undefined && Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  if (refusal !== undefined) return refusal(limitBytes);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new ApiError("invalid_request", message);
  return new ApiError("internal_error", "Something went wrong inside the gateway; its log has the request's id.");
}
