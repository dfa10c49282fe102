import type { FinishReason } from "@composite-llm/contracts";

const KNOWN: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  length: "length",
  tool_calls: "tool_calls",
  content_filter: "content_filter",
  // What vendors of the format say instead.
  function_call: "tool_calls",
  tool_use: "tool_calls",
  max_tokens: "length",
  model_length: "length",
  safety: "content_filter",
};

/** The reason in OpenAI's words; null where none is given. Words that only one vendor knows mean that the model stopped. */
export function parseFinishReason(reason: unknown): FinishReason | null {
  if (typeof reason !== "string" || reason === "") return null;
  return KNOWN[reason.toLowerCase()] ?? "stop";
}
