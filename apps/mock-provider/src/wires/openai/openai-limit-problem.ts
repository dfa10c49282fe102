import type { LimitRefusal } from "../../limits/scope-counter.ts";
import type { Problem } from "../problem.ts";

const WORDS = {
  requests: "requests per min (RPM)",
  tokens: "tokens per min (TPM)",
  "input-tokens": "input tokens per min (TPM)",
  "output-tokens": "output tokens per min (TPM)",
  concurrent: "concurrent requests",
} as const;

/** OpenAI's refusal by a rate limit: its type names what ran out. A request that can never fit is told so under the same code. */
export function toOpenaiLimitProblem({ by, limit, requested, waitMs }: LimitRefusal, model: string): Problem {
  const type = by === "requests" || by === "concurrent" ? "requests" : "tokens";
  const isTooLarge = requested > limit;
  const begin = isTooLarge ? "Request too large" : "Rate limit reached";
  const retry = waitMs === null ? "" : ` Please try again in ${(waitMs / 1000).toFixed(3)}s.`;
  const message = `${begin} for ${model} on ${WORDS[by]}: Limit ${limit}, Requested ${requested}.${retry}`;
  return { status: 429, type, code: "rate_limit_exceeded", param: null, message };
}
