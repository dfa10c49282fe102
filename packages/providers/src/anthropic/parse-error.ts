import { type FailureClass, isRecord } from "@composite-llm/core";
import { objectField, textField } from "../exchange/json-fields.ts";
import type { ClassedError } from "../exchange/vendor-wire.ts";

/** Error types and the status that each stands for, which an event inside a stream does not carry. Bad requests are told apart by words. */
const BY_TYPE: Readonly<Record<string, { class: FailureClass | null; status: number }>> = {
  invalid_request_error: { class: null, status: 400 },
  authentication_error: { class: "auth", status: 401 },
  billing_error: { class: "auth", status: 402 },
  permission_error: { class: "auth", status: 403 },
  not_found_error: { class: "model_not_found", status: 404 },
  request_too_large: { class: "context_length", status: 413 },
  rate_limit_error: { class: "rate_limited", status: 429 },
  api_error: { class: "unavailable", status: 500 },
  timeout_error: { class: "timeout", status: 504 },
  overloaded_error: { class: "rate_limited", status: 529 },
};

/** `{type: "error", error: {type, message}}`, as a body or as an event. */
export function parseError(body: unknown): ClassedError | null {
  if (!isRecord(body) || !isRecord(body["error"])) return null;
  const error = body["error"];
  const type = textField(error, "type");
  const known = type === null ? undefined : BY_TYPE[type];
  return {
    message: textField(error, "message") ?? "the provider gave no message",
    type,
    code: textField(objectField(error, "details"), "error_code") ?? type,
    param: null,
    status: known?.status ?? null,
    class: known?.class ?? null,
  };
}
