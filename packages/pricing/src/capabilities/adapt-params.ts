import type { Params } from "@composite-llm/contracts";
import { isRecord } from "@composite-llm/core";
import type { ModelTarget } from "../model-target.ts";
import { capabilitiesOf } from "./capabilities-of.ts";
import { type CapabilityOverrides, findCapabilityOverride, withOverride } from "./capability-overrides.ts";
import type { ModelCapabilities } from "./model-capabilities.ts";
import { nearestEffort } from "./nearest-effort.ts";

/** Parameters that a model takes, and what was done to the asked ones, in short sentences. */
export interface AdaptedParams {
  params: Params;
  adjusted: string[];
}

/** Values that mean the same as not sending the parameter: nothing is lost when they are dropped. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  n: 1,
  frequency_penalty: 0,
  presence_penalty: 0,
  logprobs: false,
  store: false,
  temperature: 1,
  top_p: 1,
};

/**
 * Translates or drops what a model refuses, after our data and the operator's overrides. Parameters are under their OpenAI
 * names; what nobody knows passes untouched. The given object is never changed.
 */
export function adaptParams(target: ModelTarget, params: Params, overrides?: CapabilityOverrides): AdaptedParams {
  const capabilities = capabilitiesOf(target.preset ?? target.provider, target.model);
  const override = overrides === undefined ? null : findCapabilityOverride(overrides, target.provider, target.model);
  return adapt(params, override === null ? capabilities : withOverride(capabilities, override));
}

function adapt(asked: Params, capabilities: ModelCapabilities): AdaptedParams {
  const params: Params = { ...asked };
  const adjusted: string[] = [];
  adaptOutputCap(params, capabilities, adjusted);
  const lifted = params["reasoning_effort"] === "none" ? (capabilities.takesWithoutReasoning ?? []) : [];
  for (const name of capabilities.refuses ?? []) {
    if (params[name] === undefined || lifted.includes(name)) continue;
    if (params[name] !== null && params[name] !== DEFAULTS[name]) adjusted.push(`${name} dropped: the model does not take it`);
    delete params[name];
  }
  adaptSampling(params, capabilities, adjusted);
  adaptFormat(params, capabilities, adjusted);
  adaptValues(params, capabilities, adjusted);
  for (const [name, vendorName] of Object.entries(capabilities.renames ?? {})) {
    if (params[name] === undefined) continue;
    adjusted.push(`${name} sent as ${vendorName}`);
    params[vendorName] = params[name];
    delete params[name];
  }
  return { params, adjusted };
}

function adaptOutputCap(params: Params, { maxTokensParam }: ModelCapabilities, adjusted: string[]): void {
  const name = maxTokensParam ?? (params["max_completion_tokens"] === undefined ? "max_tokens" : "max_completion_tokens");
  const other = name === "max_tokens" ? "max_completion_tokens" : "max_tokens";
  if (params[other] === undefined) return;
  if (params[name] === undefined) {
    params[name] = params[other];
    adjusted.push(`${other} sent as ${name}`);
  }
  delete params[other];
}

function adaptSampling(params: Params, capabilities: ModelCapabilities, adjusted: string[]): void {
  const { maxTemperature, temperatureExcludesTopP, thinkingExcludesSampling } = capabilities;
  const thinking = params["thinking"];
  if (thinkingExcludesSampling === true && isRecord(thinking) && thinking["type"] !== "disabled") {
    for (const name of ["temperature", "top_p", "top_k"]) {
      if (params[name] === undefined) continue;
      adjusted.push(`${name} dropped: the model does not take it while thinking`);
      delete params[name];
    }
  }
  const temperature = params["temperature"];
  if (typeof temperature !== "number") return;
  if (maxTemperature !== undefined && temperature > maxTemperature) {
    params["temperature"] = maxTemperature;
    adjusted.push(`temperature lowered to ${maxTemperature}, the model's highest`);
  }
  if (temperatureExcludesTopP === true && typeof params["top_p"] === "number") {
    delete params["top_p"];
    adjusted.push("top_p dropped: the model does not take it together with temperature");
  }
}

function adaptFormat(params: Params, { formats }: ModelCapabilities, adjusted: string[]): void {
  const format = params["response_format"];
  if (formats === undefined || !isRecord(format) || typeof format["type"] !== "string" || formats.includes(format["type"])) return;
  adjusted.push(`response_format dropped: the model does not take the type ${format["type"]}`);
  delete params["response_format"];
}

function adaptValues(params: Params, { efforts, values }: ModelCapabilities, adjusted: string[]): void {
  const effort = params["reasoning_effort"];
  if (efforts !== undefined && typeof effort === "string" && !efforts.includes(effort)) {
    const nearest = nearestEffort(effort, efforts);
    adjusted.push(nearest === null ? `reasoning_effort dropped: ${effort} is unknown` : `reasoning_effort ${effort} sent as ${nearest}`);
    if (nearest === null) delete params["reasoning_effort"];
    else params["reasoning_effort"] = nearest;
  }
  for (const [name, taken] of Object.entries(values ?? {})) {
    if (params[name] === undefined || taken.includes(params[name])) continue;
    adjusted.push(`${name} dropped: the model takes ${taken.join(" or ")} only`);
    delete params[name];
  }
}
