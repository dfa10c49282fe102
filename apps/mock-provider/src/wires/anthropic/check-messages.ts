import { isRecord, type JsonObject } from "@composite-llm/core";
import type { Problem } from "../problem.ts";
import { invalid } from "./anthropic-problem.ts";
import type { ClaudeTraits } from "./claude-traits.ts";

const BLOCKS = [
  "text",
  "image",
  "document",
  "search_result",
  "thinking",
  "redacted_thinking",
  "tool_use",
  "tool_result",
  "server_tool_use",
  "web_search_tool_result",
  "container_upload",
];
const IMAGE_TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp"];

function checkImage(block: JsonObject, param: string): Problem | null {
  const { source } = block;
  if (!isRecord(source)) return invalid(`${param}.image.source: Field required`);
  switch (source["type"]) {
    case "base64":
      if (typeof source["data"] !== "string") return invalid(`${param}.image.source.base64.data: Field required`);
      if (IMAGE_TYPES.includes(String(source["media_type"]))) return null;
      return invalid(`${param}.image.source.base64.media_type: Input should be ${IMAGE_TYPES.map((type) => `'${type}'`).join(", ")}`);
    case "url":
      return typeof source["url"] === "string" ? null : invalid(`${param}.image.source.url.url: Field required`);
    case "file":
      return null;
    default:
      return invalid(
        `${param}.image.source: Input tag '${String(source["type"])}' found using 'type' does not match any of the expected tags: 'base64', 'url', 'file'`,
      );
  }
}

function checkBlock(block: unknown, param: string): Problem | null {
  if (!isRecord(block)) return invalid(`${param}: Input should be a valid dictionary`);
  const { type } = block;
  if (typeof type !== "string" || !BLOCKS.includes(type)) {
    const expected = BLOCKS.map((name) => `'${name}'`).join(", ");
    return invalid(`${param}: Input tag '${String(type)}' found using 'type' does not match any of the expected tags: ${expected}`);
  }
  if (type === "text") {
    if (typeof block["text"] !== "string") return invalid(`${param}.text.text: Field required`);
    return block["text"] === "" ? invalid("messages: text content blocks must be non-empty") : null;
  }
  if (type === "tool_use") {
    const field = ["id", "name", "input"].find((name) => block[name] === undefined);
    if (field !== undefined) return invalid(`${param}.tool_use.${field}: Field required`);
    return isRecord(block["input"]) ? null : invalid(`${param}.tool_use.input: Input should be a valid dictionary`);
  }
  if (type === "tool_result" && typeof block["tool_use_id"] !== "string")
    return invalid(`${param}.tool_result.tool_use_id: Field required`);
  return type === "image" ? checkImage(block, param) : null;
}

function checkMessage(message: unknown, index: number, isLast: boolean, traits: ClaudeTraits): Problem | null {
  const param = `messages.${index}`;
  if (!isRecord(message)) return invalid(`${param}: Input should be a valid dictionary`);
  const { role, content } = message;
  if (role === undefined) return invalid(`${param}.role: Field required`);
  if (role === "system" && !traits.takesSystemMessages) {
    return invalid(
      `messages: Unexpected role "system". The Messages API accepts a top-level \`system\` parameter, not "system" as an input message role.`,
    );
  }
  if (role !== "user" && role !== "assistant" && role !== "system") return invalid(`${param}.role: Input should be 'user' or 'assistant'`);
  if (content === undefined || content === null) return invalid(`${param}.content: Field required`);
  if (typeof content !== "string" && !Array.isArray(content)) return invalid(`${param}.content: Input should be a valid string or list`);
  if (content.length === 0 && !(isLast && role === "assistant")) {
    return invalid(`${param}: all messages must have non-empty content except for the optional final assistant message`);
  }
  if (typeof content === "string") return null;
  for (const [at, block] of content.entries()) {
    const problem = checkBlock(block, `${param}.content.${at}`);
    if (problem !== null) return problem;
  }
  return null;
}

/** Messages as the model sees them: consecutive ones of one role are one. */
function mergeMessages(messages: readonly JsonObject[]): { role: string; blocks: JsonObject[] }[] {
  const merged: { role: string; blocks: JsonObject[] }[] = [];
  for (const { role, content } of messages) {
    const blocks = Array.isArray(content) ? content.filter(isRecord) : [{ type: "text", text: String(content) }];
    const last = merged.at(-1);
    if (last !== undefined && last.role === role) last.blocks.push(...blocks);
    else merged.push({ role: String(role), blocks: [...blocks] });
  }
  return merged;
}

function idsOf(blocks: readonly JsonObject[], type: string, field: string): string[] {
  return blocks.filter((block) => block["type"] === type).map((block) => String(block[field]));
}

/** Every tool use has its result in the next message, and every result its use in the previous one. */
function checkToolPairs(messages: readonly JsonObject[]): Problem | null {
  const merged = mergeMessages(messages);
  for (const [index, { blocks }] of merged.entries()) {
    const used = idsOf(merged[index - 1]?.blocks ?? [], "tool_use", "id");
    const stray = idsOf(blocks, "tool_result", "tool_use_id").find((id) => !used.includes(id));
    if (stray !== undefined) {
      const rule = "Each `tool_result` block must have a corresponding `tool_use` block in the previous message.";
      return invalid(`messages.${index}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}. ${rule}`);
    }
    const next = merged[index + 1];
    const answered = idsOf(next?.blocks ?? [], "tool_result", "tool_use_id");
    const open = idsOf(blocks, "tool_use", "id").filter((id) => !answered.includes(id));
    if (open.length > 0 && next !== undefined) {
      const rule = "Each `tool_use` block must have a corresponding `tool_result` block in the next message.";
      return invalid(
        `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(", ")}. ${rule}`,
      );
    }
  }
  return null;
}

function checkPrefill(last: JsonObject | undefined, traits: ClaudeTraits): Problem | null {
  if (last?.["role"] !== "assistant") return null;
  if (!traits.takesPrefill)
    return invalid("This model does not support assistant message prefill. The conversation must end with a user message.");
  const { content } = last;
  const block = Array.isArray(content) ? content.filter(isRecord).at(-1) : null;
  const text = block?.["text"] ?? content;
  return typeof text === "string" && /\s$/.test(text)
    ? invalid("messages: final assistant content cannot end with trailing whitespace")
    : null;
}

export function checkMessages(body: JsonObject, traits: ClaudeTraits): Problem | null {
  const { messages } = body;
  if (messages === undefined) return invalid("messages: Field required");
  if (!Array.isArray(messages)) return invalid("messages: Input should be a valid list");
  if (messages.length === 0) return invalid("messages: at least one message is required");
  for (const [index, message] of messages.entries()) {
    const problem = checkMessage(message, index, index === messages.length - 1, traits);
    if (problem !== null) return problem;
  }
  const known = messages.filter(isRecord);
  return checkToolPairs(known) ?? checkPrefill(known.at(-1), traits);
}
