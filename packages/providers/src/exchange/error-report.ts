import type { FailureClass } from "@composite-llm/core";

/** What a vendor's error body says, in one form. */
export interface ErrorReport {
  message: string;
  type: string | null;
  code: string | null;
  param: string | null;
  /** The HTTP status that the error stands for, where the body names one. */
  status: number | null;
}

const TOO_LONG =
  /context.{0,12}(length|window|limit|size)|maximum context|(prompt|input|request).{0,20} too (long|large)|too many (input )?tokens|reduce the length|exceeds? .{0,40}(tokens|context)/i;
const FILTERED = /content.{0,12}(filter|policy|management|moderation)|flagged|safety (system|policy)/i;
const NO_MODEL =
  /model.{0,80}(not (found|exist|available|supported)|does not exist|unknown|decommissioned|deprecated)|(unknown|no such|invalid) model/i;
const TOO_FAST = /slow down/i;
const NO_MONEY = /credit|billing|quota|insufficient (balance|funds)|payment/i;

/** By status alone; what a 400 means depends on its message. */
const BY_STATUS: Readonly<Record<number, FailureClass>> = {
  401: "auth",
  402: "auth",
  403: "auth",
  404: "model_not_found",
  408: "timeout",
  409: "unavailable",
  413: "context_length",
  421: "unavailable",
  425: "unavailable",
  429: "rate_limited",
  // Groq: no capacity for the flexible tier.
  498: "rate_limited",
  499: "unavailable",
  501: "bad_request",
  504: "timeout",
  524: "timeout",
  // Overloaded: as with any limit, fewer requests help, and others have their turn.
  529: "rate_limited",
};

/** The class of an error that its vendor's codes did not decide, by HTTP status and by the words that vendors use. */
export function classifyError(status: number, { message }: ErrorReport): FailureClass {
  if (status === 400 || status === 413 || status === 422 || status === 404) {
    if (TOO_LONG.test(message)) return "context_length";
    if (FILTERED.test(message)) return "content_filter";
    if (NO_MODEL.test(message)) return "model_not_found";
    if (status === 400 && NO_MONEY.test(message)) return "auth";
  }
  // OpenAI, of a rate that rose too suddenly; its other 503 is a server that is out.
  if (status === 503 && TOO_FAST.test(message)) return "rate_limited";
  if (status === 403 && FILTERED.test(message)) return "content_filter";
  const known = BY_STATUS[status];
  if (known !== undefined) return known;
  if (status >= 500) return "unavailable";
  return status >= 400 ? "bad_request" : "invalid_response";
}
