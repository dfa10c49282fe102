import type { AssistantMessage, ModelRequest, ToolCall } from "@composite-llm/contracts";
import { isRecord, type JsonObject } from "@composite-llm/core";
import type { Answer } from "../exchange/answer.ts";
import { objectsField, textField } from "../exchange/json-fields.ts";
import { parseFinishReason } from "./finish-reason.ts";
import { parseUsage } from "./parse-usage.ts";
import { toKeptThinking } from "./translation/kept-thinking.ts";
import { refusalText } from "./translation/refusal-text.ts";

/** A message of the API as an answer of one choice; null for other JSON. */
export function parseAnswer(body: unknown, request: ModelRequest): Answer | null {
  if (!isRecord(body) || !Array.isArray(body["content"])) return null;
  const message = parseMessage(objectsField(body, "content"));
  const refusal = refusalText(body);
  if (refusal !== null) message.refusal = refusal;
  return {
    servedModel: textField(body, "model") ?? request.model,
    // The body is complete, so the answer is, whether or not it says why it ended.
    choices: [{ index: 0, message, finish_reason: parseFinishReason(body["stop_reason"]) ?? "stop" }],
    usage: parseUsage(body["usage"]),
    reportedCostUsd: null,
  };
}

function parseMessage(blocks: JsonObject[]): AssistantMessage {
  const join = (type: string, field: string): string =>
    blocks
      .filter((block) => block["type"] === type)
      .map((block) => textField(block, field) ?? "")
      .join("");
  const text = join("text", "text");
  const thinking = join("thinking", "thinking");
  const message: AssistantMessage = { role: "assistant", content: text === "" ? null : text };
  if (thinking !== "") message.reasoning_content = thinking;
  const kept = toKeptThinking(blocks.filter(({ type }) => type === "thinking" || type === "redacted_thinking"));
  const calls = blocks
    .filter((block) => block["type"] === "tool_use")
    .map((block, index): ToolCall => {
      const called = { name: textField(block, "name") ?? "", arguments: JSON.stringify(block["input"] ?? {}) };
      return { id: textField(block, "id") ?? "", type: "function", function: called, ...(index === 0 ? kept : null) };
    });
  if (calls.length > 0) message.tool_calls = calls;
  return message;
}
