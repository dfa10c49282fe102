import type { CapabilityRule, ModelCapabilities } from "./model-capabilities.ts";

function every(capabilities: ModelCapabilities): readonly CapabilityRule[] {
  return [{ models: /^/, capabilities }];
}

/**
 * Vendors of the OpenAI format that answer an error to some of its parameters, from their API references. Those that ignore
 * what they do not know (OpenRouter, vLLM, llama.cpp, …) need no rule, only the older name of the output cap.
 */
export const OTHER_VENDOR_RULES: Readonly<Record<string, readonly CapabilityRule[]>> = {
  gemini: every({ maxTokensParam: "max_tokens", refuses: ["logit_bias", "logprobs", "top_logprobs", "store", "user", "verbosity"] }),
  groq: every({ refuses: ["logit_bias", "logprobs", "top_logprobs", "verbosity"] }),
  mistral: every({
    maxTokensParam: "max_tokens",
    refuses: ["logit_bias", "logprobs", "top_logprobs", "store", "user", "service_tier", "stream_options", "verbosity"],
    renames: { seed: "random_seed" },
  }),
  deepseek: [
    { models: /^/, capabilities: { maxTokensParam: "max_tokens" } },
    { models: /reasoner/, capabilities: { refuses: ["logprobs", "top_logprobs"] } },
  ],
  xai: [
    { models: /^/, capabilities: {} },
    { models: /^grok-(3-mini|code|[4-9])/, capabilities: { refuses: ["presence_penalty", "frequency_penalty", "stop"] } },
    {
      models: /^grok-4(-\d{4}|-latest|$)/,
      capabilities: { refuses: ["presence_penalty", "frequency_penalty", "stop", "reasoning_effort"] },
    },
  ],
  cerebras: every({ refuses: ["frequency_penalty", "presence_penalty", "logit_bias"] }),
  together: every({ maxTokensParam: "max_tokens" }),
  ollama: every({ maxTokensParam: "max_tokens" }),
  "lm-studio": every({ maxTokensParam: "max_tokens" }),
  "openai-compatible": every({ maxTokensParam: "max_tokens" }),
};
