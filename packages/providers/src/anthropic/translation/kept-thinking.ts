import type { JsonObject } from "@composite-llm/core";
import { objectField, objectsField } from "../../exchange/json-fields.ts";

/**
 * The API wants a model's thinking back with the results of the tools that it then called, signed as it was. Thinking has no
 * place in the OpenAI format, so it travels on the first tool call of the answer, which clients send back whole.
 */
export function toKeptThinking(blocks: JsonObject[]): JsonObject | null {
  return blocks.length === 0 ? null : { extra_content: { anthropic: { thinking_blocks: blocks } } };
}

/** The thinking that a tool call carries; none for the calls of other vendors or from clients that dropped it. */
export function keptThinking(call: JsonObject): JsonObject[] {
  return objectsField(objectField(objectField(call, "extra_content"), "anthropic"), "thinking_blocks");
}
