import type { ModelDelta, ToolCall } from "@composite-llm/contracts";
import type { ProviderOutcome } from "../provider.ts";

export function successOf(outcome: ProviderOutcome): Extract<ProviderOutcome, { kind: "success" }> {
  if (outcome.kind !== "success") throw new Error(`not a success: ${JSON.stringify(outcome)}`);
  return outcome;
}

export function failureOf(outcome: ProviderOutcome): Extract<ProviderOutcome, { kind: "failure" }> {
  if (outcome.kind !== "failure") throw new Error(`not a failure: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** The text of the first choice. */
export function contentOf(outcome: ProviderOutcome): string {
  return successOf(outcome).result.choices[0]?.message.content ?? "";
}

interface Joined {
  text: string;
  reasoning: string;
  refusal: string;
  calls: ToolCall[];
}

/** What a reader of the pieces of one choice ends up with. */
export function joinDeltas(deltas: ModelDelta[], choice = 0): Joined {
  const joined: Joined = { text: "", reasoning: "", refusal: "", calls: [] };
  for (const delta of deltas.filter((piece) => piece.choice === choice)) {
    joined.text += delta.text ?? "";
    joined.reasoning += delta.reasoning ?? "";
    joined.refusal += delta.refusal ?? "";
    for (const piece of delta.toolCalls ?? []) {
      if (piece.id !== undefined) {
        if (piece.index !== joined.calls.length) throw new Error(`call ${piece.index} begins as number ${joined.calls.length}`);
        joined.calls.push({ id: piece.id, type: "function", function: { name: piece.name ?? "", arguments: "" }, ...piece.vendor });
      }
      const call = joined.calls[piece.index];
      if (call === undefined) throw new Error(`a piece of call ${piece.index} came before its beginning`);
      call.function.arguments += piece.arguments ?? "";
    }
  }
  return joined;
}
