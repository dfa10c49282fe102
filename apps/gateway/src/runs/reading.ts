import { ApiError } from "@composite-llm/core";

/** What was read from Redis. @throws ApiError `queue_unavailable` when it does not answer */
export async function reading<Read>(read: Promise<Read>): Promise<Read> {
  try {
    return await read;
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    throw new ApiError("queue_unavailable", "The queue does not answer. Try again in a few seconds.", { retryAfterMs: 2000 });
  }
}
