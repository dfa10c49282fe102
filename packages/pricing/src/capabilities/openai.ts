import type { CapabilityRule } from "./model-capabilities.ts";

const SAMPLING = ["temperature", "top_p", "logprobs", "top_logprobs"] as const;
const REFUSED_BY_REASONING = [...SAMPLING, "presence_penalty", "frequency_penalty", "logit_bias", "stop"] as const;

/**
 * OpenAI's models, also behind Azure, from the API reference of chat completions and the guide on reasoning models: these
 * take `max_completion_tokens` and answer 400 to sampling parameters. From 5.1 on sampling is allowed without reasoning.
 */
export const OPENAI_RULES: readonly CapabilityRule[] = [
  { models: /^(ft:)?(gpt-[34]|chatgpt-)/, capabilities: { refuses: ["reasoning_effort", "verbosity"] } },
  {
    models: /^(ft:)?o\d/,
    capabilities: { maxTokensParam: "max_completion_tokens", refuses: [...REFUSED_BY_REASONING, "parallel_tool_calls", "verbosity"] },
  },
  {
    models: /^(ft:)?gpt-([5-9]|\d\d)/,
    capabilities: { maxTokensParam: "max_completion_tokens", refuses: REFUSED_BY_REASONING },
  },
  { models: /^(ft:)?gpt-(5\.\d|[6-9]|\d\d)/, capabilities: { takesWithoutReasoning: SAMPLING } },
  {
    models: /^(ft:)?gpt-\d+(\.\d+)?-chat/,
    capabilities: { maxTokensParam: "max_completion_tokens", refuses: ["reasoning_effort", "verbosity"] },
  },
  {
    models: /search-(preview|api)/,
    capabilities: {
      refuses: [...SAMPLING, "n", "presence_penalty", "frequency_penalty", "logit_bias", "seed", "parallel_tool_calls", "reasoning_effort"],
    },
  },
];
