import type { Fault } from "../../behaviour/behaviour.ts";
import type { Problem } from "../problem.ts";

const INVALID = "invalid_request_error";

const BY_STATUS: Readonly<Record<number, { type: string; message: string }>> = {
  401: { type: "authentication_error", message: "invalid x-api-key" },
  402: { type: "billing_error", message: "There is an issue with your billing or payment information." },
  403: { type: "permission_error", message: "Your API key does not have permission to use the specified resource." },
  408: { type: "timeout_error", message: "Request timed out." },
  409: { type: "conflict_error", message: "The request conflicts with another one that is being processed." },
  413: { type: "request_too_large", message: "Request exceeds the maximum size." },
  429: { type: "rate_limit_error", message: "This request would exceed your organization's rate limit. Please try again later." },
  500: { type: "api_error", message: "Internal server error" },
  504: { type: "timeout_error", message: "The request timed out while it was processed." },
  529: { type: "overloaded_error", message: "Overloaded" },
};

/** Anthropic's error for a fault that was asked for. */
export function toAnthropicProblem(fault: Fault, model: string): Problem {
  switch (fault.kind) {
    case "context-length":
      return invalid("prompt is too long: 212345 tokens > 200000 maximum");
    case "content-filter":
      return invalid("Output blocked by content filtering policy");
    case "quota":
      return invalid(
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
      );
    default: {
      const { status } = fault;
      if (status === 404) return { ...invalid(`model: ${model}`), status, type: "not_found_error" };
      const usual = BY_STATUS[status] ?? {
        type: status < 500 ? INVALID : "api_error",
        message: `The request failed with status ${status}.`,
      };
      return { status, code: null, param: null, ...usual };
    }
  }
}

/** A 400. Anthropic names the field at the beginning of the message. */
export function invalid(message: string): Problem {
  return { status: 400, type: INVALID, code: null, param: null, message };
}
