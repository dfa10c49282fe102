import { isRecord, type JsonObject } from "@composite-llm/core";
import type { Problem } from "../problem.ts";
import { invalid } from "./anthropic-problem.ts";
import type { ClaudeTraits } from "./claude-traits.ts";

const KNOWN_FIELDS: ReadonlySet<string> = new Set(
  `model messages max_tokens system metadata stop_sequences stream temperature top_p top_k tools tool_choice thinking service_tier container context_management
  mcp_servers output_config output_format cache_control diagnostics inference_geo speed betas`.split(/\s+/),
);

export function checkKnownFields(body: JsonObject): Problem | null {
  const unknown = Object.keys(body).find((field) => !KNOWN_FIELDS.has(field));
  return unknown === undefined ? null : invalid(`${unknown}: Extra inputs are not permitted`);
}

export function checkMaxTokens(body: JsonObject, base: string, traits: ClaudeTraits): Problem | null {
  const value = body["max_tokens"];
  if (value === undefined) return invalid("max_tokens: Field required");
  if (typeof value !== "number" || !Number.isInteger(value)) return invalid("max_tokens: Input should be a valid integer");
  if (value < 0) return invalid("max_tokens: Input should be greater than or equal to 0");
  if (value <= traits.maxOutputTokens) return null;
  return invalid(`max_tokens: ${value} > ${traits.maxOutputTokens}, which is the maximum allowed number of output tokens for ${base}`);
}

function checkRange(body: JsonObject, field: string, max: number): Problem | null {
  const value = body[field];
  if (value === undefined) return null;
  if (typeof value !== "number") return invalid(`${field}: Input should be a valid number`);
  if (value < 0) return invalid(`${field}: Input should be greater than or equal to 0`);
  return value > max ? invalid(`${field}: Input should be less than or equal to ${max}`) : null;
}

export function checkSampling(body: JsonObject, traits: ClaudeTraits): Problem | null {
  const refused = traits.sampling === "none" ? ["temperature", "top_p", "top_k"].find((field) => body[field] !== undefined) : undefined;
  if (refused !== undefined) return invalid(`\`${refused}\` is deprecated for this model.`);
  if (traits.sampling === "one" && body["temperature"] !== undefined && body["top_p"] !== undefined) {
    return invalid("`temperature` and `top_p` cannot both be specified for this model. Please use only one.");
  }
  return checkRange(body, "temperature", 1) ?? checkRange(body, "top_p", 1) ?? checkRange(body, "top_k", Number.POSITIVE_INFINITY);
}

export function checkSystem(body: JsonObject): Problem | null {
  const { system } = body;
  if (system === undefined || typeof system === "string") return null;
  if (!Array.isArray(system)) return invalid("system: Input should be a valid string or list");
  for (const [index, block] of system.entries()) {
    if (!isRecord(block) || block["type"] !== "text" || typeof block["text"] !== "string")
      return invalid(`system.${index}.type: Input should be 'text'`);
    if (block["text"] === "") return invalid("system: text content blocks must be non-empty");
  }
  return null;
}

export function checkStopSequences(body: JsonObject): Problem | null {
  const stop = body["stop_sequences"];
  if (stop === undefined) return null;
  if (!Array.isArray(stop) || stop.some((text) => typeof text !== "string"))
    return invalid("stop_sequences: Input should be a valid list of strings");
  const index = stop.findIndex((text) => String(text).trim() === "");
  return index < 0 ? null : invalid(`stop_sequences.${index}: each stop sequence must contain non-whitespace`);
}

export function checkStream(body: JsonObject): Problem | null {
  return body["stream"] === undefined || typeof body["stream"] === "boolean" ? null : invalid("stream: Input should be a valid boolean");
}

export function checkThinking(body: JsonObject, traits: ClaudeTraits): Problem | null {
  const { thinking } = body;
  if (thinking === undefined) return null;
  if (!isRecord(thinking)) return invalid("thinking: Input should be a valid dictionary");
  const { type, budget_tokens: budget } = thinking;
  if (type === "disabled") return null;
  const choice = isRecord(body["tool_choice"]) ? body["tool_choice"]["type"] : undefined;
  if (choice === "any" || choice === "tool") return invalid("Thinking may not be enabled when tool_choice forces tool use.");
  if (type !== "enabled") return null;
  if (traits.sampling === "none") {
    return invalid(
      `"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`,
    );
  }
  if (typeof budget !== "number") return invalid("thinking.enabled.budget_tokens: Field required");
  if (budget < 1024) return invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  if (budget >= Number(body["max_tokens"])) return invalid("`max_tokens` must be greater than `thinking.budget_tokens`.");
  const { temperature } = body;
  return temperature === undefined || temperature === 1 ? null : invalid("`temperature` may only be set to 1 when thinking is enabled.");
}
