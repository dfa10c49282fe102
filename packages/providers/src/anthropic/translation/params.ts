import { transformJSONSchema } from "@anthropic-ai/sdk/lib/transform-json-schema";
import type { Params } from "@composite-llm/contracts";
import { isRecord, type JsonObject } from "@composite-llm/core";
import { objectField, objectsField, textField } from "../../exchange/json-fields.ts";
import { keptThinking } from "./kept-thinking.ts";
import { toToolChoice, toTools } from "./tools.ts";

/** The API wants an output cap; this one is for calls that come without. */
const DEFAULT_MAX_TOKENS = 8192;

/** Parameters of the OpenAI format that are translated below, or that mean nothing here and would be refused. */
const CONSUMED: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "stream",
  "stream_options",
  "max_tokens",
  "max_completion_tokens",
  "stop",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "response_format",
  "reasoning_effort",
  "user",
  "safety_identifier",
  "metadata",
  "output_config",
  "frequency_penalty",
  "presence_penalty",
  "logit_bias",
  "logprobs",
  "top_logprobs",
  "n",
  "seed",
  "store",
  "prediction",
  "modalities",
  "audio",
  "verbosity",
  "web_search_options",
  "prompt_cache_key",
  "prompt_cache_retention",
  "functions",
  "function_call",
]);

/** Parameters in the API's form; what neither side of the translation knows passes untouched. */
export function toParams(params: Params, messages: readonly JsonObject[]): JsonObject {
  const translated: JsonObject = { max_tokens: params["max_completion_tokens"] ?? params["max_tokens"] ?? DEFAULT_MAX_TOKENS };
  for (const [name, value] of Object.entries(params)) {
    if (!CONSUMED.has(name) && value !== undefined && value !== null) translated[name] = value;
  }
  if (missesThinking(params, messages)) delete translated["thinking"];
  const stops = toStopSequences(params["stop"]);
  if (stops.length > 0) translated["stop_sequences"] = stops;
  const tools = toTools(params);
  if (tools.length > 0) {
    translated["tools"] = tools;
    const choice = toToolChoice(params);
    if (choice !== null) translated["tool_choice"] = choice;
  }
  const output = toOutputConfig(params);
  if (Object.keys(output).length > 0) translated["output_config"] = output;
  const userId = objectField(params, "metadata")["user_id"] ?? params["safety_identifier"] ?? params["user"];
  if (typeof userId === "string") translated["metadata"] = { user_id: userId };
  return translated;
}

function toStopSequences(stop: unknown): string[] {
  const sequences: unknown[] = Array.isArray(stop) ? stop : [stop];
  // The API refuses sequences of nothing but white space.
  return sequences.filter((sequence) => typeof sequence === "string").filter((sequence) => sequence.trim() !== "");
}

/** `response_format` and `reasoning_effort`; `json_object` has no counterpart, and capability data reports it as dropped. */
function toOutputConfig(params: Params): JsonObject {
  const config = { ...objectField(params, "output_config") };
  const effort = textField(params, "reasoning_effort");
  if (effort !== null) config["effort"] = effort;
  const format = objectField(params, "response_format");
  const { schema } = objectField(format, "json_schema");
  if (format["type"] === "json_schema" && isRecord(schema)) config["format"] = { type: "json_schema", schema: adaptSchema(schema) };
  return config;
}

/** The API takes a part of JSON Schema only; Anthropic's client turns the rest into descriptions. */
function adaptSchema(schema: JsonObject): JsonObject {
  try {
    return transformJSONSchema(schema);
  } catch {
    return schema;
  }
}

/** Whether thinking was asked for but an earlier tool call comes back without its own: the API refuses that combination. */
function missesThinking({ thinking }: Params, messages: readonly JsonObject[]): boolean {
  if (!isRecord(thinking) || thinking["type"] !== "enabled") return false;
  return messages.some((message) => {
    const calls = objectsField(message, "tool_calls");
    return calls.length > 0 && !calls.some((call) => keptThinking(call).length > 0);
  });
}
