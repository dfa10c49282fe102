import type { JsonObject } from "@composite-llm/core";
import { isRecord } from "@composite-llm/core";
import { checkToolMessages } from "./check-tool-messages.ts";
import { checkTools } from "./check-tools.ts";
import { describeIssue } from "./describe-issue.ts";
import { formatPath } from "./format-path.ts";
import { invalidRequest } from "./invalid-request.ts";
import { OPENAI_FIELDS } from "./known-fields.ts";
import { type RequestBody, requestBody } from "./request-body.ts";

/** A message as the client sent it. */
export type ChatMessage = JsonObject & { role: string };

export interface ChatRequest {
  model: string;
  /** The client's own objects, unchanged. */
  messages: ChatMessage[];
  stream: boolean;
  includeUsage: boolean;
  /** Whom to tell when the run ended; `secret` is the name of one in the configuration. */
  webhook: { url: string; secret: string } | null;
  /**
   * Every other top-level field that is set: parameters of the final stage, and options of ours that are not yet separated.
   * `max_completion_tokens` is folded into `max_tokens`.
   */
  fields: JsonObject;
  optionalParams: JsonObject;
  composite: JsonObject;
}

/** What is about the request as a whole, and never a parameter of a model. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "stream",
  "stream_options",
  "background",
  "webhook",
  "optional_params",
  "composite",
  "max_completion_tokens",
]);

function checkBackground({ background }: RequestBody, endpoint: ChatEndpoint): void {
  if (endpoint === "chat" && background === true) {
    throw invalidRequest("background", "background is not a field of chat completions: send the same body to POST /v1/runs instead.");
  }
  if (endpoint === "runs" && background === false) {
    throw invalidRequest(
      "background",
      "A run goes on in the background: to wait for it, send the same body to POST /v1/chat/completions instead.",
    );
  }
}

function checkTogether(body: RequestBody): void {
  if (body.stream !== true && body.stream_options != null) {
    throw invalidRequest("stream_options", "stream_options is only allowed together with stream: true.");
  }
  if (body.max_tokens != null && body.max_completion_tokens != null && body.max_tokens !== body.max_completion_tokens) {
    throw invalidRequest("max_tokens", "max_tokens and max_completion_tokens differ: send only max_completion_tokens.");
  }
  if ((body.top_logprobs ?? 0) > 0 && body.logprobs !== true) {
    throw invalidRequest("top_logprobs", "top_logprobs is only allowed together with logprobs: true.");
  }
  for (const [old, current] of [
    ["functions", "tools"],
    ["function_call", "tool_choice"],
  ] as const) {
    if (body[old] != null) throw invalidRequest(old, `${old} is no longer supported: send ${current} instead.`);
  }
}

/** Where a body was sent to: it means the same, but is answered otherwise. */
export type ChatEndpoint = "chat" | "runs";

/**
 * Reads the body of a chat completion as tolerantly as a drop-in server must: only what the OpenAI API itself refuses is refused.
 * A field of the OpenAI API that is null counts as not sent.
 *
 * @throws ApiError `invalid_request` with the field in `param`
 */
export function parseChatRequest(body: unknown, endpoint: ChatEndpoint = "chat"): ChatRequest {
  if (!isRecord(body)) throw invalidRequest(null, "The body must be a JSON object with model and messages.");
  const parsed = requestBody.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    if (issue === undefined) throw invalidRequest(null, "The body is not a chat completion request.");
    const { path, message } = describeIssue(issue, body);
    throw invalidRequest(formatPath(path), `${message}.`);
  }
  const read = parsed.data;
  checkBackground(read, endpoint);
  checkTogether(read);
  checkTools(read);
  checkToolMessages(read.messages);

  const fields: JsonObject = {};
  for (const key of Object.keys(body)) {
    const value = body[key];
    if (!OWN_FIELDS.has(key) && !(value === null && OPENAI_FIELDS.has(key))) fields[key] = value;
  }
  const maxTokens = read.max_completion_tokens ?? read.max_tokens;
  if (maxTokens != null) fields["max_tokens"] = maxTokens;
  return {
    model: read.model,
    // What was checked is a copy; what goes on is the client's own.
    messages: body["messages"] as ChatMessage[],
    stream: read.stream === true,
    includeUsage: read.stream_options?.include_usage === true,
    webhook: read.webhook ?? null,
    fields,
    optionalParams: read.optional_params ?? {},
    composite: read.composite ?? {},
  };
}
