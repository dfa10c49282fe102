import type { Message } from "@composite-llm/contracts";
import { isRecord, type JsonObject } from "@composite-llm/core";
import { objectField, objectsField, textField } from "../../exchange/json-fields.ts";
import { toBlocks } from "./content-blocks.ts";
import { keptThinking } from "./kept-thinking.ts";

export interface Conversation {
  system: JsonObject[];
  messages: { role: "user" | "assistant"; content: JsonObject[] }[];
}

/**
 * Messages of the OpenAI format as a conversation of the API: system and developer messages become the system prompt, tool
 * results a user's blocks, and what one role says in a row one message.
 *
 * @throws Untranslatable for content without a form
 */
export function toConversation(messages: readonly Message[]): Conversation {
  const conversation: Conversation = { system: [], messages: [] };
  for (const message of messages) {
    if (message.role === "system" || message.role === "developer") conversation.system.push(...toBlocks(message["content"]));
    else if (message.role === "assistant") append(conversation, "assistant", assistantBlocks(message));
    else if (message.role === "tool" || message.role === "function") append(conversation, "user", [toolResult(message)]);
    else append(conversation, "user", toBlocks(message["content"]));
  }
  if (conversation.messages.length === 0) {
    // The API wants a message; a lone system prompt is what the user says.
    append(conversation, "user", conversation.system);
    conversation.system = [];
  }
  trimPrefill(conversation);
  return conversation;
}

function append({ messages }: Conversation, role: "user" | "assistant", content: JsonObject[]): void {
  if (content.length === 0) return;
  const last = messages.at(-1);
  if (last?.role === role) last.content.push(...content);
  else messages.push({ role, content });
}

function assistantBlocks(message: Message): JsonObject[] {
  const calls = objectsField(message, "tool_calls");
  return [
    ...calls.flatMap(keptThinking),
    ...toBlocks(message["content"]),
    ...calls.map((call) => {
      const called = objectField(call, "function");
      return { type: "tool_use", id: call["id"], name: called["name"], input: parseInput(called["arguments"]) };
    }),
  ];
}

/** The API takes objects only; arguments that are none are the model's own mistake and are shown to it as they were. */
function parseInput(text: unknown): JsonObject {
  if (typeof text !== "string" || text.trim() === "") return {};
  try {
    const input: unknown = JSON.parse(text);
    return isRecord(input) ? input : { arguments: input };
  } catch {
    return { arguments: text };
  }
}

function toolResult(message: Message): JsonObject {
  const content = toBlocks(message["content"]);
  const result = { type: "tool_result", tool_use_id: textField(message, "tool_call_id") ?? textField(message, "name") ?? "" };
  return content.length === 0 ? result : { ...result, content };
}

/** A last message of the assistant is continued; the API refuses one that ends with white space. */
function trimPrefill({ messages }: Conversation): void {
  const last = messages.at(-1);
  const block = last?.role === "assistant" ? last.content.at(-1) : undefined;
  if (block?.["type"] === "text" && typeof block["text"] === "string") block["text"] = block["text"].trimEnd();
}
