import type { Answer, AnswerChoice, AnsweredToolCall } from "../../answer/answer.ts";
import type { Ask } from "../ask.ts";
import type { Envelope } from "../wire.ts";
import { toAnthropicUsage, toStopDetails, toStopReason } from "./anthropic-parts.ts";

/** What a thinking block is signed with; nobody checks it here. */
export const SIGNATURE = "c2ltdWxhdGVk";

function toInput({ pieces }: AnsweredToolCall): unknown {
  const text = pieces.join("");
  try {
    return JSON.parse(text);
  } catch {
    // Outside of a stream an input cannot be broken JSON: a truncated or garbled one arrives as another object.
    return { broken: text };
  }
}

function toContent(choice: AnswerChoice): unknown[] {
  const text = choice.pieces.join("");
  return [
    ...(choice.reasoning.length > 0 ? [{ type: "thinking", thinking: choice.reasoning.join(""), signature: SIGNATURE }] : []),
    ...(text === "" ? [] : [{ type: "text", text, citations: null }]),
    ...choice.toolCalls.map((call) => ({ type: "tool_use", id: call.id, name: call.name, input: toInput(call) })),
  ];
}

/** A message. */
export function toAnthropicJson(answer: Answer, _ask: Ask, { id, model }: Envelope): string {
  const [choice] = answer.choices;
  return JSON.stringify({
    id,
    type: "message",
    role: "assistant",
    model,
    content: choice === undefined ? [] : toContent(choice),
    stop_reason: choice === undefined ? "end_turn" : toStopReason(choice.finish),
    stop_sequence: choice?.stopText ?? null,
    stop_details: choice === undefined ? null : toStopDetails(choice.finish),
    container: null,
    usage: toAnthropicUsage(answer.usage),
  });
}
