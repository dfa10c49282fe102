import type { Finish, ReportedUsage } from "../../answer/answer.ts";

const FINISH_REASONS: Readonly<Record<Finish, string>> = {
  stop: "stop",
  "stop-sequence": "stop",
  length: "length",
  "tool-calls": "tool_calls",
  "content-filter": "content_filter",
  refusal: "stop",
};

export function toFinishReason(finish: Finish): string {
  return FINISH_REASONS[finish];
}

/** `usage` of a response, undefined where the field is missing. */
export function toOpenaiUsage(usage: ReportedUsage): unknown {
  if (usage.kind === "none") return undefined;
  if (usage.kind === "null") return null;
  const { input, output, cached, reasoning } = usage.tokens;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function toTokenLogprob(token: string, rank: number): { token: string; logprob: number; bytes: number[] } {
  return { token, logprob: -0.05 * (rank + 1) - token.length / 100, bytes: [...Buffer.from(token)] };
}

/** `logprobs` of a choice: a plausible figure for every token, null where none were asked for. */
export function toLogprobs(pieces: readonly string[], top: number | null): unknown {
  if (top === null) return null;
  const content = pieces.map((token) => ({
    ...toTokenLogprob(token, 0),
    top_logprobs: Array.from({ length: top }, (_, rank) => toTokenLogprob(rank === 0 ? token : `${token}${rank}`, rank)),
  }));
  return { content, refusal: null };
}
