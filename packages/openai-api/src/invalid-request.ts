import { ApiError } from "@composite-llm/core";

/** A 400 for the client. @param param the field it is about, as `messages[0].content`; null for the body as a whole */
export function invalidRequest(param: string | null, message: string): ApiError {
  return new ApiError("invalid_request", message, { param });
}
