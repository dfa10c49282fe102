import { type FailureClass, isRecord, type JsonObject } from "@composite-llm/core";
import { objectField, textField } from "../exchange/json-fields.ts";
import type { ClassedError } from "../exchange/vendor-wire.ts";

/** Codes and types that decide the class alone. An account without credit is not healed by waiting. */
const BY_CODE: Readonly<Record<string, FailureClass>> = {
  insufficient_quota: "auth",
  billing_hard_limit_reached: "auth",
  invalid_api_key: "auth",
  authentication_error: "auth",
  permission_error: "auth",
  context_length_exceeded: "context_length",
  string_above_max_length: "context_length",
  content_filter: "content_filter",
  content_policy_violation: "content_filter",
  model_not_found: "model_not_found",
  DeploymentNotFound: "model_not_found",
  rate_limit_exceeded: "rate_limited",
  rate_limit_error: "rate_limited",
  overloaded_error: "rate_limited",
};

/**
 * An error body or event. Vendors of the format write `{error: {message, type, param, code}}`, `{error: "…"}`, or, without
 * `error`, `{message}` or `{detail}`; a code may be a number, which then is an HTTP status.
 */
export function parseError(body: unknown): ClassedError | null {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  if (!isRecord(first)) return null;
  const { error } = first;
  if (typeof error === "string" && error !== "") return toError({ message: error });
  if (isRecord(error)) return toError(error);
  if (first["choices"] !== undefined) return null;
  return first["message"] === undefined && first["detail"] === undefined ? null : toError(first);
}

function toError(error: JsonObject): ClassedError {
  const { code, type } = error;
  const numbered = typeof code === "number" ? code : Number(textField(error, "code") ?? Number.NaN);
  const status = numbered >= 400 && numbered <= 599 ? numbered : null;
  const codeName = textField(error, "code");
  const typeName = typeof type === "string" ? type : null;
  const byCode = (codeName === null ? undefined : BY_CODE[codeName]) ?? (typeName === null ? undefined : BY_CODE[typeName]);
  return {
    message: messageOf(error),
    type: typeName,
    code: codeName ?? (typeof code === "number" ? String(code) : null),
    param: textField(error, "param"),
    status,
    class: byCode ?? null,
  };
}

function messageOf(error: JsonObject): string {
  const message = error["message"] ?? error["detail"];
  if (typeof message === "string" && message !== "") {
    // OpenRouter wraps what the vendor behind it said.
    const raw = textField(objectField(error, "metadata"), "raw");
    return raw === null ? message : `${message}: ${raw}`;
  }
  return message === undefined || message === null ? "the provider gave no message" : JSON.stringify(message);
}
