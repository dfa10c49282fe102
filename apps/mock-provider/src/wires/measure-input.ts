import { isRecord } from "@composite-llm/core";
import { countInputTokens } from "../answer/tokens.ts";

const TOKENS_PER_MESSAGE = 4;
const TOKENS_PER_REQUEST = 3;
const TOKENS_PER_ATTACHMENT = 85;
const ATTACHMENTS: ReadonlySet<unknown> = new Set(["image_url", "input_audio", "file", "image", "document"]);

/** The text of a message's content, whether it is a string or a list of parts. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => (isRecord(part) && typeof part["text"] === "string" ? part["text"] : "")).join("\n");
}

function measurePart(part: unknown): { characters: number; attachments: number } {
  if (!isRecord(part)) return { characters: 0, attachments: 0 };
  if (ATTACHMENTS.has(part["type"])) return { characters: 0, attachments: 1 };
  if (typeof part["text"] === "string") return { characters: part["text"].length, attachments: 0 };
  return { characters: JSON.stringify(part).length, attachments: 0 };
}

function measureMessage(message: unknown): number {
  if (!isRecord(message)) return TOKENS_PER_MESSAGE;
  const { content, tool_calls: calls } = message;
  let characters = typeof content === "string" ? content.length : 0;
  let attachments = 0;
  for (const part of Array.isArray(content) ? content : []) {
    const measured = measurePart(part);
    characters += measured.characters;
    attachments += measured.attachments;
  }
  if (calls !== undefined) characters += JSON.stringify(calls).length;
  return TOKENS_PER_MESSAGE + countInputTokens(characters) + attachments * TOKENS_PER_ATTACHMENT;
}

/** Input tokens of a request. @param definitions tools and schemas that count by the length of their JSON */
export function measureInput(messages: readonly unknown[], definitions: readonly unknown[]): number {
  let tokens = TOKENS_PER_REQUEST;
  for (const message of messages) tokens += measureMessage(message);
  for (const definition of definitions)
    if (definition !== undefined && definition !== null) tokens += countInputTokens(JSON.stringify(definition).length);
  return tokens;
}
