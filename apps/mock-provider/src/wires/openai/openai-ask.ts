import { isRecord, type JsonObject } from "@composite-llm/core";
import type { Ask, AskedFormat, AskedTool, ToolMode } from "../ask.ts";
import { contentText, measureInput } from "../measure-input.ts";

function toTools(body: JsonObject): AskedTool[] {
  const tools = Array.isArray(body["tools"]) ? body["tools"] : [];
  return tools.flatMap((tool) => {
    const target = isRecord(tool) ? tool["function"] : null;
    return isRecord(target) && typeof target["name"] === "string" ? [{ name: target["name"], schema: target["parameters"] }] : [];
  });
}

function toToolMode(choice: unknown): ToolMode {
  if (choice === "none") return { kind: "none" };
  if (choice === "required") return { kind: "any" };
  const target = isRecord(choice) ? choice["function"] : null;
  return isRecord(target) && typeof target["name"] === "string" ? { kind: "named", name: target["name"] } : { kind: "auto" };
}

function toFormat(format: unknown): AskedFormat {
  if (!isRecord(format)) return { kind: "text" };
  if (format["type"] === "json_object") return { kind: "json" };
  const described = format["json_schema"];
  return format["type"] === "json_schema" && isRecord(described) ? { kind: "schema", schema: described["schema"] ?? {} } : { kind: "text" };
}

function toStop(stop: unknown): string[] {
  const list = Array.isArray(stop) ? stop : [stop];
  return list.filter((text) => typeof text === "string" && text !== "");
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

/** Reads a valid request. */
export function toOpenaiAsk(body: JsonObject): Ask {
  const messages = Array.isArray(body["messages"]) ? body["messages"].filter(isRecord) : [];
  const last = messages.at(-1);
  const streamOptions = body["stream_options"];
  return {
    stream: body["stream"] === true,
    conversation: JSON.stringify(messages),
    inputTokens: measureInput(messages, [body["tools"], body["response_format"]]),
    trailingText: last?.["role"] === "user" ? contentText(last["content"]) : "",
    endsWithToolResult: last?.["role"] === "tool",
    choices: numberOrNull(body["n"]) ?? 1,
    maxTokens: numberOrNull(body["max_completion_tokens"]) ?? numberOrNull(body["max_tokens"]),
    stop: toStop(body["stop"]),
    tools: toTools(body),
    toolMode: toToolMode(body["tool_choice"]),
    parallelTools: body["parallel_tool_calls"] !== false,
    format: toFormat(body["response_format"]),
    logprobs: body["logprobs"] === true ? (numberOrNull(body["top_logprobs"]) ?? 0) : null,
    streamUsage: isRecord(streamOptions) && streamOptions["include_usage"] === true,
  };
}
