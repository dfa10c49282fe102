import { isRecord, type JsonObject } from "@composite-llm/core";
import type { Ask, AskedFormat, AskedTool, ToolMode } from "../ask.ts";
import { contentText, measureInput } from "../measure-input.ts";

function toTools(body: JsonObject): AskedTool[] {
  const tools = Array.isArray(body["tools"]) ? body["tools"] : [];
  return tools.flatMap((tool) =>
    isRecord(tool) && isRecord(tool["input_schema"]) ? [{ name: String(tool["name"]), schema: tool["input_schema"] }] : [],
  );
}

function toToolMode(choice: unknown): ToolMode {
  if (!isRecord(choice)) return { kind: "auto" };
  if (choice["type"] === "tool") return { kind: "named", name: String(choice["name"]) };
  return choice["type"] === "any" ? { kind: "any" } : choice["type"] === "none" ? { kind: "none" } : { kind: "auto" };
}

function toFormat(body: JsonObject): AskedFormat {
  const config = isRecord(body["output_config"]) ? body["output_config"]["format"] : body["output_format"];
  return isRecord(config) && config["type"] === "json_schema" ? { kind: "schema", schema: config["schema"] } : { kind: "text" };
}

/** Reads a valid request. */
export function toAnthropicAsk(body: JsonObject): Ask {
  const messages = Array.isArray(body["messages"]) ? body["messages"].filter(isRecord) : [];
  const last = messages.at(-1);
  const { system } = body;
  const choice = body["tool_choice"];
  const blocks = Array.isArray(last?.["content"]) ? last["content"].filter(isRecord) : [];
  return {
    stream: body["stream"] === true,
    conversation: JSON.stringify([system ?? null, messages]),
    inputTokens: measureInput(system === undefined ? messages : [{ content: system }, ...messages], [body["tools"], body["output_config"]]),
    trailingText: last?.["role"] === "user" ? contentText(last["content"]) : "",
    endsWithToolResult: blocks.some((block) => block["type"] === "tool_result"),
    choices: 1,
    maxTokens: typeof body["max_tokens"] === "number" ? body["max_tokens"] : null,
    stop: Array.isArray(body["stop_sequences"]) ? body["stop_sequences"].filter((text) => typeof text === "string") : [],
    tools: toTools(body),
    toolMode: toToolMode(choice),
    parallelTools: !(isRecord(choice) && choice["disable_parallel_tool_use"] === true),
    format: toFormat(body),
    logprobs: null,
    streamUsage: true,
  };
}
