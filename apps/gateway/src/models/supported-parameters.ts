import type { Configuration } from "@composite-llm/configuration";
import type { Params } from "@composite-llm/contracts";
import { adaptParams } from "@composite-llm/pricing";
import { toModelTarget } from "./to-model-target.ts";

/** Parameters of a chat completion, each with a value that a model may refuse. */
const PARAMETERS: Params = {
  frequency_penalty: 0.5,
  logit_bias: { "1": 1 },
  logprobs: true,
  max_completion_tokens: 16,
  max_tokens: 16,
  n: 2,
  parallel_tool_calls: true,
  presence_penalty: 0.5,
  reasoning_effort: "low",
  response_format: { type: "json_schema" },
  seed: 1,
  stop: ["x"],
  temperature: 0.5,
  tool_choice: "auto",
  tools: [],
  top_logprobs: 1,
  top_p: 0.5,
};

/** Which parameters a model takes, translated or not. Never empty: every model has an output cap. */
export function supportedParameters(named: { provider: string; model: string }, configuration: Configuration): string[] {
  const target = toModelTarget(named, configuration);
  return Object.entries(PARAMETERS)
    .filter(([name, value]) => Object.keys(adaptParams(target, { [name]: value }, configuration.models.capabilities).params).length > 0)
    .map(([name]) => name);
}
