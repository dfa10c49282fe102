import type { AssistantMessage, ModelRequest, ToolCall } from "@composite-llm/contracts";
import { isRecord, type JsonObject } from "@composite-llm/core";
import type { Answer, AnswerChoice } from "../exchange/answer.ts";
import { objectField, objectsField, textField } from "../exchange/json-fields.ts";
import type { ProviderConnection } from "../provider.ts";
import { contentText } from "./dialects/content-text.ts";
import { parseFinishReason } from "./finish-reason.ts";
import { parseReportedCost, parseUsage } from "./parse-usage.ts";

/** A chat completion; fields of a message that only its vendor knows stay on it. Null for other JSON. */
export function parseAnswer(body: unknown, request: ModelRequest, connection: ProviderConnection): Answer | null {
  if (!isRecord(body) || !Array.isArray(body["choices"])) return null;
  const id = textField(body, "id") ?? "chatcmpl";
  return {
    servedModel: textField(body, "model") ?? request.model,
    choices: objectsField(body, "choices").map((choice, position) => parseChoice(choice, position, id)),
    usage: parseUsage(body["usage"], connection),
    reportedCostUsd: parseReportedCost(body["usage"], connection),
  };
}

function parseChoice(choice: JsonObject, position: number, id: string): AnswerChoice {
  const parsed: AnswerChoice = {
    index: typeof choice["index"] === "number" ? choice["index"] : position,
    message: parseMessage(objectField(choice, "message"), `${id}_${position}`),
    // The body is complete, so the answer is, whether or not the vendor says why it ended.
    finish_reason: parseFinishReason(choice["finish_reason"]) ?? "stop",
  };
  const { logprobs } = choice;
  return logprobs === undefined || logprobs === null ? parsed : { ...parsed, logprobs };
}

function parseMessage(raw: JsonObject, id: string): AssistantMessage {
  const { content, reasoning, reasoning_content: reasoningContent, tool_calls: _calls, ...rest } = raw;
  const { text, thinking } = contentText(content);
  const message: AssistantMessage = { ...rest, role: "assistant", content: text === "" && typeof content !== "string" ? null : text };
  const thought = [reasoningContent, reasoning, thinking].find((value) => typeof value === "string" && value !== "");
  if (typeof thought === "string") message.reasoning_content = thought;
  const calls = objectsField(raw, "tool_calls").map((call, position) => parseCall(call, `call_${id}_${position}`));
  if (calls.length > 0) message.tool_calls = calls;
  return message;
}

function parseCall(raw: JsonObject, fallbackId: string): ToolCall {
  const { index: _index, ...call } = raw;
  const called = objectField(raw, "function");
  const { arguments: input } = called;
  return {
    ...call,
    id: textField(raw, "id") ?? fallbackId,
    type: "function",
    function: { name: textField(called, "name") ?? "", arguments: typeof input === "string" ? input : JSON.stringify(input ?? {}) },
  };
}
