import type { ChatCompletion, CompositeExtension } from "@composite-llm/contracts";
import { OpenAI } from "openai";
import { MESSAGES } from "./panels.ts";

/** The official client, which repeats nothing by itself. */
export function openClient(gatewayUrl: string, apiKey = "any"): OpenAI {
  return new OpenAI({ baseURL: `${gatewayUrl}/v1`, apiKey, maxRetries: 0 });
}

/** Fields of a request, with options of ours that the client's types do not know. */
export interface ChatFields {
  model: string;
  [field: string]: unknown;
}

/** A whole request of these fields. */
export function chat(fields: ChatFields): OpenAI.ChatCompletionCreateParamsNonStreaming {
  return { messages: MESSAGES, ...fields };
}

/** Our extension of what the client returned, which it hands through untouched. */
export function compositeOf(completion: object): CompositeExtension {
  return (completion as ChatCompletion).composite;
}

/** The run that a completion or a chunk came from. */
export function runOf({ id }: { id: string }): string {
  return id.replace("chatcmpl-", "");
}

/** The text of the first choice. */
export function textOf({ choices }: OpenAI.ChatCompletion): string {
  return choices[0]?.message.content ?? "";
}
