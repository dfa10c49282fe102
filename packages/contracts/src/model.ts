import type { JsonObject } from "@composite-llm/core";
import type { Usage } from "./usage.ts";

/**
 * A chat message in the form of the OpenAI API. The client's messages pass through the system unread and unedited;
 * only a provider folder looks inside.
 */
export type Message = JsonObject & { role: string };

/**
 * Parameters of a model call under their OpenAI names (`temperature`, `max_tokens`, `tools`, `response_format`, …);
 * a field that we do not know is passed to the provider untouched. `max_tokens` is the neutral output cap: capability
 * data turns it into what the model takes.
 */
export type Params = JsonObject;

/** One call to one model, independent of the vendor. */
export interface ModelRequest {
  model: string;
  messages: readonly Message[];
  params: Params;
}

export interface ToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
  /** Some vendors need a field of their own back with the tool's result, such as the signature of a thought. */
  [vendorField: string]: unknown;
}

export interface AssistantMessage {
  role: "assistant";
  content: string | null;
  refusal?: string | null;
  tool_calls?: ToolCall[];
  /** The model's own visible reasoning, where the vendor returns it. */
  reasoning_content?: string;
  [vendorField: string]: unknown;
}

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

export interface ResultChoice {
  index: number;
  message: AssistantMessage;
  finish_reason: FinishReason;
  logprobs?: unknown;
}

/** What a provider answered. There is at least one choice; more only when `n` asked for them. */
export interface ModelResult {
  servedModel: string;
  choices: ResultChoice[];
  /** Null when the provider reported none. */
  usage: Usage | null;
}

/** A piece of a tool call: `id` and `name` come with the first piece only. */
export interface ToolCallDelta {
  index: number;
  id?: string;
  name?: string;
  arguments?: string;
  /** The vendor's own fields of the call, which stand beside `id` on the wire. */
  vendor?: JsonObject;
}

/** A piece of a streamed answer. Concatenating the pieces of a choice gives its committed message. */
export interface ModelDelta {
  /** The choice that it belongs to; 0 unless `n` asked for more. */
  choice: number;
  text?: string;
  reasoning?: string;
  refusal?: string;
  toolCalls?: ToolCallDelta[];
  logprobs?: unknown;
}

/** The text of the first choice, empty when it has none. */
export function textOf(result: ModelResult): string {
  return result.choices[0]?.message.content ?? "";
}
