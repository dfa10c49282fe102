import type { Message, ModelRequest } from "@composite-llm/contracts";
import { isRecord } from "@composite-llm/core";

/** What a model reads of a request. */
export interface RequestContent {
  texts: string[];
  messages: number;
  names: number;
  /** Images, by whether they are wanted in low detail. */
  images: { low: number; full: number };
  /** Sounds and files. */
  others: number;
}

function readPart(part: unknown, content: RequestContent): void {
  if (typeof part === "string") content.texts.push(part);
  if (!isRecord(part)) return;
  if (typeof part["text"] === "string") content.texts.push(part["text"]);
  else if (typeof part["refusal"] === "string") content.texts.push(part["refusal"]);
  else if (part["type"] === "image_url") {
    const isLow = isRecord(part["image_url"]) && part["image_url"]["detail"] === "low";
    content.images[isLow ? "low" : "full"] += 1;
  } else content.others += 1;
}

function readMessage(message: Message, content: RequestContent): void {
  content.messages += 1;
  content.texts.push(message.role);
  if (typeof message["name"] === "string") {
    content.names += 1;
    content.texts.push(message["name"]);
  }
  const parts = message["content"];
  if (Array.isArray(parts)) for (const part of parts) readPart(part, content);
  else if (typeof parts === "string") content.texts.push(parts);
  const calls = message["tool_calls"];
  if (Array.isArray(calls)) for (const call of calls) if (isRecord(call)) content.texts.push(JSON.stringify(call["function"] ?? ""));
}

/** Everything of a request that costs tokens of input. Forms that nobody knows cost nothing. */
export function readContent({ messages, params }: Pick<ModelRequest, "messages" | "params">): RequestContent {
  const content: RequestContent = { texts: [], messages: 0, names: 0, images: { low: 0, full: 0 }, others: 0 };
  for (const message of messages) readMessage(message, content);
  const { tools, functions, response_format: format } = params;
  for (const list of [tools, functions]) {
    if (!Array.isArray(list)) continue;
    // Without its quotes: models are shown declarations, which have none.
    for (const tool of list)
      content.texts.push(JSON.stringify(isRecord(tool) && isRecord(tool["function"]) ? tool["function"] : tool).replaceAll('"', ""));
  }
  if (isRecord(format) && format["json_schema"] !== undefined) content.texts.push(JSON.stringify(format["json_schema"]));
  return content;
}
