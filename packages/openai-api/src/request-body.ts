import { z } from "zod";
import { message } from "./message.ts";
import { responseFormat, tool, toolChoice } from "./tool.ts";

const MAX_CHOICES = 128;
const MAX_TOOLS = 128;
const MAX_STOPS = 4;
const MAX_MODEL_NAME = 256;
const MAX_URL = 2048;
const MAX_SECRET_NAME = 64;

const tokens = z.int().min(1);
const penalty = z.number().min(-2).max(2);

/** What `POST /v1/chat/completions` reads of its body. Every other field passes through to the final stage. */
export const requestBody = z.looseObject({
  model: z.string().min(1).max(MAX_MODEL_NAME),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  n: z.int().min(1).max(MAX_CHOICES).nullish(),
  max_tokens: tokens.nullish(),
  max_completion_tokens: tokens.nullish(),
  stop: z
    .union([z.string(), z.array(z.string()).max(MAX_STOPS)], { error: `must be a string or a list of up to ${MAX_STOPS} strings` })
    .nullish(),
  presence_penalty: penalty.nullish(),
  frequency_penalty: penalty.nullish(),
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  seed: z.int().nullish(),
  user: z.string().nullish(),
  tools: z.array(tool).min(1).max(MAX_TOOLS).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: responseFormat.nullish(),
  reasoning_effort: z.string().min(1).nullish(),
  service_tier: z.string().min(1).nullish(),
  store: z.boolean().nullish(),
  modalities: z.array(z.string()).nullish(),
  background: z.boolean().nullish(),
  webhook: z.strictObject({ url: z.string().min(1).max(MAX_URL), secret: z.string().min(1).max(MAX_SECRET_NAME) }).nullish(),
  optional_params: z.record(z.string(), z.unknown()).nullish(),
  composite: z.record(z.string(), z.unknown()).nullish(),
});

export type RequestBody = z.infer<typeof requestBody>;
