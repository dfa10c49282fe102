import type { Finish, ReportedUsage } from "../../answer/answer.ts";

const STOP_REASONS: Readonly<Record<Finish, string>> = {
  stop: "end_turn",
  "stop-sequence": "stop_sequence",
  length: "max_tokens",
  "tool-calls": "tool_use",
  "content-filter": "refusal",
  refusal: "refusal",
};

export function toStopReason(finish: Finish): string {
  return STOP_REASONS[finish];
}

/** `usage` of a response, undefined where the field is missing. @param output overrides what was written in all */
export function toAnthropicUsage(usage: ReportedUsage, output?: number): unknown {
  if (usage.kind === "none") return undefined;
  if (usage.kind === "null") return null;
  const { tokens } = usage;
  return {
    input_tokens: tokens.input - tokens.cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: tokens.cached,
    output_tokens: output ?? tokens.output,
    service_tier: "standard",
    ...(tokens.reasoning > 0 ? { output_tokens_details: { thinking_tokens: tokens.reasoning } } : {}),
  };
}

/** Why it refused, where it did. */
export function toStopDetails(finish: Finish): unknown {
  return finish === "refusal" || finish === "content-filter"
    ? { type: "refusal", category: null, explanation: "The request was refused (simulated)." }
    : null;
}
