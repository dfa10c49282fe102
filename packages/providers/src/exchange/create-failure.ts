import type { Failure, FailureClass } from "@composite-llm/core";

/** A provider's message is kept for people, not for archives. */
const MAX_MESSAGE_LENGTH = 2000;

/** A failure; what is not given is null. */
export function createFailure(
  failureClass: FailureClass,
  message: string,
  details: Partial<Omit<Failure, "class" | "message">> = {},
): Failure {
  return {
    class: failureClass,
    message: message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message,
    status: details.status ?? null,
    code: details.code ?? null,
    param: details.param ?? null,
    retryAfterMs: details.retryAfterMs ?? null,
  };
}
