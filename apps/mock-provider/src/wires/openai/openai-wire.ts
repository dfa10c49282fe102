import type { IncomingHttpHeaders } from "node:http";
import type { Problem } from "../problem.ts";
import { toRateLimitHeaders } from "../rate-limit-headers.ts";
import { isRefusedKey } from "../refused-key.ts";
import type { Wire } from "../wire.ts";
import { toOpenaiAsk } from "./openai-ask.ts";
import { toOpenaiFrames } from "./openai-frames.ts";
import { toOpenaiJson } from "./openai-json.ts";
import { toOpenaiLimitProblem } from "./openai-limit-problem.ts";
import { invalid, toOpenaiProblem } from "./openai-problem.ts";
import { validateOpenai } from "./validate-openai.ts";

function readKey(headers: IncomingHttpHeaders): string | null {
  const bearer = headers.authorization?.replace(/^Bearer\s+/i, "");
  const own = headers["api-key"];
  const key = bearer === undefined || bearer === "" ? own : bearer;
  return typeof key !== "string" || key === "" ? null : key;
}

function authenticate(headers: IncomingHttpHeaders): Problem | null {
  const key = readKey(headers);
  if (key === null) {
    const message =
      "You didn't provide an API key. Provide it in an Authorization header using Bearer auth (Authorization: Bearer YOUR_KEY).";
    return { status: 401, type: "invalid_request_error", code: null, param: null, message };
  }
  return isRefusedKey(key) ? toOpenaiProblem({ kind: "status", status: 401 }, "") : null;
}

/** Seconds as OpenAI writes them: `120ms`, `2s`, `1m30s`. */
function writeReset({ resetSeconds }: { resetSeconds: number }): string {
  if (resetSeconds > 0 && resetSeconds < 1) return `${Math.ceil(resetSeconds * 1000)}ms`;
  return resetSeconds < 60 ? `${resetSeconds}s` : `${Math.floor(resetSeconds / 60)}m${resetSeconds % 60}s`;
}

/** OpenAI chat completions. */
export const OPENAI_WIRE: Wire = {
  name: "openai",
  readKey,
  authenticate,
  findModel: (base) => (/(^|\/)no-such-model$/.test(base) ? toOpenaiProblem({ kind: "status", status: 404 }, base) : null),
  validate: validateOpenai,
  toAsk: toOpenaiAsk,
  toProblem: toOpenaiProblem,
  toLimitProblem: toOpenaiLimitProblem,
  toInvalidRequest: (message, code) => invalid(message, code, null),
  modelMissing: invalid("you must provide a model parameter", "missing_required_parameter", "model"),
  toUnknownPath: (method, path) => ({
    ...invalid(`Unknown request URL: ${method} ${path}. Please check the URL for typos.`, "unknown_url", null),
    status: 404,
  }),
  toErrorBody: ({ message, type, param, code }) => JSON.stringify({ error: { message, type, param, code } }),
  requestIdHeader: "x-request-id",
  toRateLimitHeaders: (limits, nowMs) =>
    toRateLimitHeaders(limits, nowMs, {
      kinds: ["requests", "tokens"],
      limit: (kind) => `x-ratelimit-limit-${kind}`,
      remaining: (kind) => `x-ratelimit-remaining-${kind}`,
      reset: (kind) => `x-ratelimit-reset-${kind}`,
      writeReset,
    }),
  writesRefusals: true,
  toolIdPrefix: "call_",
  responseIdPrefix: "chatcmpl-",
  toJson: toOpenaiJson,
  toFrames: toOpenaiFrames,
  errorFrame: `data: {"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}\n\n`,
  garbageFrame: `data: {"id":"chatcmpl-broken","choices":[{"index":0,"delta":{"content":"bro\n\n`,
  pingFrame: ": ping\n\n",
};
