import { z } from "zod";
import { finishReason } from "./chat-completion.ts";
import { errorResponse } from "./error-response.ts";
import { usage } from "./usage.ts";

/** `id`, `type` and the name come with the first piece of a call only, and are never empty. */
const toolCallDelta = z.looseObject({
  index: z.int().min(0),
  id: z.string().min(1).optional(),
  type: z.literal("function").optional(),
  function: z.looseObject({ name: z.string().min(1).optional(), arguments: z.string().optional() }).optional(),
});

/** One chunk of a stream. */
export const chatCompletionChunk = z.looseObject({
  id: z.string().min(1),
  object: z.literal("chat.completion.chunk"),
  created: z.int(),
  model: z.string().min(1),
  choices: z.array(
    z.looseObject({
      index: z.int().min(0),
      delta: z.looseObject({
        role: z.literal("assistant").optional(),
        content: z.string().nullable().optional(),
        refusal: z.string().nullable().optional(),
        reasoning_content: z.string().optional(),
        tool_calls: z.array(toolCallDelta).min(1).optional(),
      }),
      finish_reason: finishReason.nullable(),
    }),
  ),
  usage: usage.nullable().optional(),
  composite: z.looseObject({ run_id: z.string() }).optional(),
  composite_event: z.looseObject({ number: z.int(), kind: z.string() }).optional(),
  error: errorResponse.shape.error.optional(),
});

export type ChatCompletionChunk = z.infer<typeof chatCompletionChunk>;
