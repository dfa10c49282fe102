import type { IncomingHttpHeaders } from "node:http";
import type { Problem } from "../problem.ts";
import { toRateLimitHeaders } from "../rate-limit-headers.ts";
import { isRefusedKey } from "../refused-key.ts";
import type { Wire } from "../wire.ts";
import { toAnthropicAsk } from "./anthropic-ask.ts";
import { toAnthropicFrames } from "./anthropic-frames.ts";
import { toAnthropicJson } from "./anthropic-json.ts";
import { toAnthropicLimitProblem } from "./anthropic-limit-problem.ts";
import { invalid, toAnthropicProblem } from "./anthropic-problem.ts";
import { validateAnthropic } from "./validate-anthropic.ts";

function readKey(headers: IncomingHttpHeaders): string | null {
  const own = headers["x-api-key"];
  const key = typeof own === "string" ? own : (headers.authorization?.replace(/^Bearer\s+/i, "") ?? "");
  return key === "" ? null : key;
}

function authenticate(headers: IncomingHttpHeaders): Problem | null {
  const key = readKey(headers);
  const problem = toAnthropicProblem({ kind: "status", status: 401 }, "");
  if (key === null) return { ...problem, message: "x-api-key header is required" };
  return isRefusedKey(key) ? problem : null;
}

/** Anthropic messages. */
export const ANTHROPIC_WIRE: Wire = {
  name: "anthropic",
  readKey,
  authenticate,
  findModel: (base) => (/(^|\/)no-such-model$/.test(base) ? toAnthropicProblem({ kind: "status", status: 404 }, base) : null),
  validate: validateAnthropic,
  toAsk: toAnthropicAsk,
  toProblem: toAnthropicProblem,
  toLimitProblem: toAnthropicLimitProblem,
  toInvalidRequest: (message) => invalid(message),
  modelMissing: invalid("model: Field required"),
  toUnknownPath: () => ({ ...invalid("Not Found"), status: 404, type: "not_found_error" }),
  toErrorBody: ({ type, message }, requestId) => JSON.stringify({ type: "error", error: { type, message }, request_id: requestId }),
  requestIdHeader: "request-id",
  toRateLimitHeaders: (limits, nowMs) =>
    toRateLimitHeaders(limits, nowMs, {
      kinds: ["requests", "tokens", "input-tokens", "output-tokens"],
      limit: (kind) => `anthropic-ratelimit-${kind}-limit`,
      remaining: (kind) => `anthropic-ratelimit-${kind}-remaining`,
      reset: (kind) => `anthropic-ratelimit-${kind}-reset`,
      writeReset: ({ resetSeconds }, at) => new Date(at + resetSeconds * 1000).toISOString().replace(/\.\d+Z$/, "Z"),
    }),
  writesRefusals: false,
  toolIdPrefix: "toolu_",
  responseIdPrefix: "msg_",
  toJson: toAnthropicJson,
  toFrames: toAnthropicFrames,
  errorFrame: `event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n`,
  garbageFrame: `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"te\n\n`,
  pingFrame: `: ping\n\nevent: ping\ndata: {"type": "ping"}\n\n`,
};
