import type { CapabilityRule } from "./model-capabilities.ts";

/** Parameters of the OpenAI format that the messages API has no counterpart for. */
const WITHOUT_COUNTERPART = [
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
] as const;

const SAMPLING = ["temperature", "top_p", "top_k"] as const;

/**
 * Claude models. Since version 2026-10-21 of the messages API sampling parameters are refused, and by Opus 4.7 and everything
 * newer in every version; the models listed by name still take them under version 2023-06-01. From Opus 4.1 on `temperature`
 * and `top_p` exclude each other. `reasoning_effort` becomes the API's own effort, where the model has one.
 * JSON can be had by schema only.
 */
export const ANTHROPIC_RULES: readonly CapabilityRule[] = [
  {
    models: /^/,
    capabilities: {
      refuses: [...WITHOUT_COUNTERPART, ...SAMPLING],
      efforts: ["low", "medium", "high", "xhigh", "max"],
      formats: ["text", "json_schema"],
      values: { service_tier: ["auto", "standard_only"] },
      thinkingExcludesSampling: true,
    },
  },
  {
    models: /^claude-(instant|2|3)|^claude-(opus|sonnet|haiku)-4(-[01]|-\d{8}|@|$)/,
    capabilities: { refuses: [...WITHOUT_COUNTERPART, "reasoning_effort"], maxTemperature: 1 },
  },
  {
    models: /^claude-(opus-4-1|sonnet-4-5|haiku-4-5)/,
    capabilities: { refuses: [...WITHOUT_COUNTERPART, "reasoning_effort"], maxTemperature: 1, temperatureExcludesTopP: true },
  },
  {
    models: /^claude-(opus-4-[56]|sonnet-4-6)/,
    capabilities: {
      refuses: WITHOUT_COUNTERPART,
      maxTemperature: 1,
      temperatureExcludesTopP: true,
      efforts: ["low", "medium", "high"],
    },
  },
];
