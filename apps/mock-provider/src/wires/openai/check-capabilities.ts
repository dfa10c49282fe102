import type { JsonObject } from "@composite-llm/core";
import type { Problem } from "../problem.ts";
import { invalid } from "./openai-problem.ts";

const OWN_MODEL = /^(gpt-|chatgpt-|o[1-9](-|$))/;
const REASONING_MODEL = /^(o[1-9]|gpt-(?<major>[5-9]|\d\d)(?<minor>\.\d+)?)(-|$)/;

/** What OpenAI's own models know; they refuse anything else. */
const KNOWN_ARGUMENTS: ReadonlySet<string> = new Set(
  `messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens metadata modalities moderation n
  parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort response_format
  safety_identifier seed service_tier stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity web_search_options`.split(
    /\s+/,
  ),
);

function unsupportedParameter(param: string, hint = ""): Problem {
  return invalid(`Unsupported parameter: '${param}' is not supported with this model.${hint}`, "unsupported_parameter", param);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function checkReasoningModel(body: JsonObject, takesSampling: boolean): Problem | null {
  if (isSet(body["max_tokens"])) return unsupportedParameter("max_tokens", " Use 'max_completion_tokens' instead.");
  const { temperature } = body;
  if (!takesSampling) {
    if (isSet(temperature) && temperature !== 1) {
      const rule = "Only the default (1) value is supported.";
      return invalid(
        `Unsupported value: 'temperature' does not support ${String(temperature)} with this model. ${rule}`,
        "unsupported_value",
        "temperature",
      );
    }
    if (isSet(body["top_p"]) && body["top_p"] !== 1) return unsupportedParameter("top_p");
    if (body["logprobs"] === true) return unsupportedParameter("logprobs");
    if (isSet(body["top_logprobs"])) return unsupportedParameter("top_logprobs");
  }
  for (const penalty of ["presence_penalty", "frequency_penalty"]) {
    if (isSet(body[penalty]) && body[penalty] !== 0) return unsupportedParameter(penalty);
  }
  const refused = ["logit_bias", "stop"].find((param) => isSet(body[param]));
  return refused === undefined ? null : unsupportedParameter(refused);
}

/** What OpenAI's own models refuse; a name with a vendor's prefix is another vendor's and takes everything. */
export function checkCapabilities(body: JsonObject, base: string): Problem | null {
  if (!OWN_MODEL.test(base)) return null;
  const unknown = Object.keys(body).find((param) => !KNOWN_ARGUMENTS.has(param));
  if (unknown !== undefined) return invalid(`Unrecognized request argument supplied: ${unknown}`, null, null);
  const reasoning = base.includes("-chat") ? null : REASONING_MODEL.exec(base);
  if (reasoning === null) return null;
  const { major = "", minor } = reasoning.groups ?? {};
  const effort = body["reasoning_effort"];
  const isLater = minor !== undefined || Number(major) > 5;
  return checkReasoningModel(body, isLater && (!isSet(effort) || effort === "none"));
}
