import type { ModelResult, ResultChoice } from "@composite-llm/contracts";
import type { ProviderOutcome } from "@composite-llm/providers";

/** All that a choice says, in one text. */
function textOf({ message }: ResultChoice): string {
  const { content, refusal, reasoning_content: reasoning, tool_calls: calls } = message;
  return [content, refusal, reasoning, calls === undefined ? "" : JSON.stringify(calls)].filter((part) => part != null).join("");
}

/** All that an answer says, in one text. */
export function answerText({ choices }: ModelResult): string {
  return choices.map(textOf).join("");
}

/**
 * The same outcome, but without a usage that cannot be: of no prompt, or of no output where there is an answer. Nothing is known then, and neither the
 * provider's limits nor the cost may take it for nothing.
 */
export function withoutFalseUsage(outcome: ProviderOutcome): ProviderOutcome {
  if (outcome.kind !== "success" || outcome.result.usage === null) return outcome;
  const { inputTokens, outputTokens } = outcome.result.usage;
  const isPossible = inputTokens > 0 && (outputTokens > 0 || answerText(outcome.result) === "");
  return isPossible ? outcome : { ...outcome, result: { ...outcome.result, usage: null } };
}
