import type { Answer, AnswerChoice } from "../../answer/answer.ts";
import type { Ask } from "../ask.ts";
import type { Envelope } from "../wire.ts";
import { toFinishReason, toLogprobs, toOpenaiUsage } from "./openai-parts.ts";

function toMessage(choice: AnswerChoice): Record<string, unknown> {
  const text = choice.pieces.join("");
  const isRefusal = choice.finish === "refusal";
  const isCall = choice.toolCalls.length > 0;
  return {
    role: "assistant",
    content: isRefusal || isCall ? null : text,
    ...(choice.reasoning.length > 0 ? { reasoning_content: choice.reasoning.join("") } : {}),
    ...(isCall
      ? {
          tool_calls: choice.toolCalls.map((call) => ({
            id: call.id,
            type: "function",
            function: { name: call.name, arguments: call.pieces.join("") },
          })),
        }
      : {}),
    refusal: isRefusal ? text : null,
    annotations: [],
  };
}

/** A chat completion. */
export function toOpenaiJson(answer: Answer, ask: Ask, { id, model, createdMs }: Envelope): string {
  return JSON.stringify({
    id,
    object: "chat.completion",
    created: Math.floor(createdMs / 1000),
    model,
    choices: answer.choices.map((choice, index) => ({
      index,
      message: toMessage(choice),
      logprobs: toLogprobs(choice.pieces, ask.logprobs),
      finish_reason: toFinishReason(choice.finish),
    })),
    usage: toOpenaiUsage(answer.usage),
    service_tier: "default",
    system_fingerprint: "fp_simulated",
  });
}
