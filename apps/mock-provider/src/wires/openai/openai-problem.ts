import type { Fault } from "../../behaviour/behaviour.ts";
import type { Problem } from "../problem.ts";

type Words = Omit<Problem, "status">;

function words(type: string, code: string | null, message: string, param: string | null = null): Words {
  return { type, code, param, message };
}

const INVALID = "invalid_request_error";

/** The usual body of each status. */
const BY_STATUS: Readonly<Record<number, (model: string) => Words>> = {
  401: () => words(INVALID, "invalid_api_key", "Incorrect API key provided: ***. You can find your API key in your account settings."),
  403: () => words("request_forbidden", "unsupported_country_region_territory", "Country, region, or territory not supported"),
  404: (model) => words(INVALID, "model_not_found", `The model \`${model}\` does not exist or you do not have access to it.`),
  408: () => words("timeout", "request_timeout", "Request timed out."),
  409: () => words(INVALID, "conflict", "The request conflicts with another one that is being processed."),
  413: () => words(INVALID, "request_too_large", "The request body is too large."),
  422: () => words(INVALID, "unprocessable_entity", "The request was well-formed but could not be processed."),
  429: (model) => words("requests", "rate_limit_exceeded", `Rate limit reached for ${model} on requests per min (RPM). Please slow down.`),
  500: () => words("server_error", null, "The server had an error while processing your request. Sorry about that!"),
  502: () => words("server_error", "bad_gateway", "Bad gateway."),
  503: () => words("server_error", "service_unavailable", "The engine is currently overloaded, please try again later."),
  504: () => words("server_error", "gateway_timeout", "The server did not answer in time."),
  529: () => words("server_error", "overloaded", "The server is overloaded."),
};

/** OpenAI's error for a fault that was asked for. */
export function toOpenaiProblem(fault: Fault, model: string): Problem {
  switch (fault.kind) {
    case "context-length":
      return invalid(
        "This model's maximum context length is 128000 tokens. Please reduce the length of the messages.",
        "context_length_exceeded",
        "messages",
      );
    case "content-filter":
      return invalid("The request was rejected by the content filter. Please modify your prompt and retry.", "content_filter", "prompt");
    case "quota":
      return {
        status: 429,
        ...words(
          "insufficient_quota",
          "insufficient_quota",
          "You exceeded your current quota, please check your plan and billing details.",
        ),
      };
    default: {
      const usual = BY_STATUS[fault.status]?.(model);
      const type = fault.status < 500 ? INVALID : "server_error";
      return { status: fault.status, ...(usual ?? words(type, null, `The request failed with status ${fault.status}.`)) };
    }
  }
}

/** A 400 about a field. */
export function invalid(message: string, code: string | null, param: string | null): Problem {
  return { status: 400, ...words(INVALID, code, message, param) };
}
