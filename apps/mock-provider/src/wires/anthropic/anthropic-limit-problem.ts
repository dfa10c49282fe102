import type { LimitRefusal } from "../../limits/scope-counter.ts";
import type { Problem } from "../problem.ts";

const WORDS = {
  requests: "requests per minute",
  tokens: "tokens per minute",
  "input-tokens": "input tokens per minute",
  "output-tokens": "output tokens per minute",
} as const;

/** Anthropic's refusal by a rate limit. */
export function toAnthropicLimitProblem({ by, limit }: LimitRefusal, model: string): Problem {
  const message =
    by === "concurrent"
      ? "Number of concurrent connections has exceeded your rate limit. Please try again later."
      : `This request would exceed your organization's rate limit of ${limit} ${WORDS[by]} (model: ${model}). Please try again later.`;
  return { status: 429, type: "rate_limit_error", code: null, param: null, message };
}
