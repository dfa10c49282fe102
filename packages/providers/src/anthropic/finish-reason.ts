import type { FinishReason } from "@composite-llm/contracts";

const KNOWN: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  pause_turn: "stop",
  // The answer then carries the refusal, which decides.
  refusal: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
};

/** The reason in OpenAI's words; null where none is given. */
export function parseFinishReason(reason: unknown): FinishReason | null {
  if (typeof reason !== "string" || reason === "") return null;
  return KNOWN[reason] ?? "stop";
}
