import { isRecord } from "@composite-llm/core";

/** Text and thinking of a message's or delta's content: a string, or, from Mistral's reasoning models, a list of parts. */
export function contentText(content: unknown): { text: string; thinking: string } {
  if (typeof content === "string") return { text: content, thinking: "" };
  let text = "";
  let thinking = "";
  for (const part of Array.isArray(content) ? content : []) {
    if (!isRecord(part)) continue;
    if (typeof part["text"] === "string") text += part["text"];
    if (part["type"] === "thinking") thinking += contentText(part["thinking"]).text;
  }
  return { text, thinking };
}
