import type { JsonObject } from "@composite-llm/core";
import { firstProblem, type Problem } from "../problem.ts";
import { checkCapabilities } from "./check-capabilities.ts";
import { checkBoolean, checkNumber, checkStop, checkStreamOptions } from "./check-fields.ts";
import { checkMessages } from "./check-messages.ts";
import { checkResponseFormat } from "./check-response-format.ts";
import { checkTools } from "./check-tools.ts";
import { invalid } from "./openai-problem.ts";

function checkLogprobs(body: JsonObject): Problem | null {
  const top = body["top_logprobs"];
  if (top === undefined || top === null || body["logprobs"] === true) return null;
  return invalid("Invalid value for 'top_logprobs': 'logprobs' must be set to true when 'top_logprobs' is used.", null, "top_logprobs");
}

function checkCaps(body: JsonObject): Problem | null {
  if (typeof body["max_tokens"] !== "number" || typeof body["max_completion_tokens"] !== "number") return null;
  const rule = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
  return invalid(rule, "invalid_parameter_combination", "max_tokens");
}

/** What OpenAI would find wrong with a body, in its words. */
export function validateOpenai(body: JsonObject, base: string): Problem | null {
  return firstProblem([
    () => checkCapabilities(body, base),
    () => checkMessages(body),
    () => checkBoolean(body, "stream"),
    () => checkStreamOptions(body),
    () => checkNumber(body, "temperature", { min: 0, max: 2 }),
    () => checkNumber(body, "top_p", { min: 0, max: 1 }),
    () => checkNumber(body, "presence_penalty", { min: -2, max: 2 }),
    () => checkNumber(body, "frequency_penalty", { min: -2, max: 2 }),
    () => checkNumber(body, "n", { min: 1, max: 128, isInteger: true }),
    () => checkNumber(body, "max_tokens", { min: 1, isInteger: true }),
    () => checkNumber(body, "max_completion_tokens", { min: 1, isInteger: true }),
    () => checkCaps(body),
    () => checkNumber(body, "seed", { min: Number.MIN_SAFE_INTEGER, isInteger: true }),
    () => checkBoolean(body, "logprobs"),
    () => checkNumber(body, "top_logprobs", { min: 0, max: 20, isInteger: true }),
    () => checkLogprobs(body),
    () => checkStop(body),
    () => checkTools(body),
    () => checkResponseFormat(body),
  ]);
}
