import { isRecord, type JsonObject } from "@composite-llm/core";
import type { Problem } from "../problem.ts";
import { invalid } from "./openai-problem.ts";

export interface NumberBounds {
  min: number;
  max?: number;
  isInteger?: boolean;
}

function nameType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "number") return Number.isInteger(value) ? "an integer" : "a decimal";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

export function invalidType(param: string, expected: string, value: unknown): Problem {
  return invalid(`Invalid type for '${param}': expected ${expected}, but got ${nameType(value)} instead.`, "invalid_type", param);
}

export function missing(param: string): Problem {
  return invalid(`Missing required parameter: '${param}'.`, "missing_required_parameter", param);
}

export function invalidValue(param: string, value: unknown, supported: readonly string[]): Problem {
  const list = supported.map((name) => `'${name}'`).join(", ");
  return invalid(`Invalid value: '${String(value)}'. Supported values are: ${list}.`, "invalid_value", param);
}

/** A number, unless it is absent or null. */
export function checkNumber(body: JsonObject, param: string, { min, max, isInteger = false }: NumberBounds): Problem | null {
  const value = body[param];
  if (value === undefined || value === null) return null;
  const noun = isInteger ? "integer" : "decimal";
  if (typeof value !== "number" || (isInteger && !Number.isInteger(value)))
    return invalidType(param, isInteger ? "an integer" : "a decimal", value);
  if (value < min) {
    return invalid(
      `Invalid '${param}': ${noun} below minimum value. Expected a value >= ${min}, but got ${value} instead.`,
      `${noun}_below_min_value`,
      param,
    );
  }
  if (max !== undefined && value > max) {
    return invalid(
      `Invalid '${param}': ${noun} above maximum value. Expected a value <= ${max}, but got ${value} instead.`,
      `${noun}_above_max_value`,
      param,
    );
  }
  return null;
}

/** True or false, unless it is absent or null. */
export function checkBoolean(body: JsonObject, param: string): Problem | null {
  const value = body[param];
  return value === undefined || value === null || typeof value === "boolean" ? null : invalidType(param, "a boolean", value);
}

/** A text or up to four, unless it is absent or null. */
export function checkStop(body: JsonObject): Problem | null {
  const { stop } = body;
  if (stop === undefined || stop === null || typeof stop === "string") return null;
  if (!Array.isArray(stop) || stop.some((text) => typeof text !== "string"))
    return invalidType("stop", "a string or an array of strings", stop);
  if (stop.length <= 4) return null;
  return invalid(
    `Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length ${stop.length} instead.`,
    "array_above_max_length",
    "stop",
  );
}

/** `stream_options` only where there is a stream. */
export function checkStreamOptions(body: JsonObject): Problem | null {
  const options = body["stream_options"];
  if (options === undefined || options === null) return null;
  if (body["stream"] !== true)
    return invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", null, "stream_options");
  return isRecord(options) ? null : invalidType("stream_options", "an object", options);
}
