import { z } from "zod";
import { usage } from "./usage.ts";

export const finishReason = z.enum(["stop", "length", "tool_calls", "content_filter"]);

const toolCall = z.looseObject({
  id: z.string().min(1),
  type: z.literal("function"),
  function: z.looseObject({ name: z.string().min(1), arguments: z.string() }),
});

/** A chat completion as clients receive it. */
export const chatCompletion = z.looseObject({
  id: z.string().min(1),
  object: z.literal("chat.completion"),
  created: z.int(),
  model: z.string().min(1),
  choices: z
    .array(
      z.looseObject({
        index: z.int().min(0),
        message: z.looseObject({
          role: z.literal("assistant"),
          content: z.string().nullable(),
          refusal: z.string().nullish(),
          tool_calls: z.array(toolCall).min(1).optional(),
        }),
        finish_reason: finishReason,
      }),
    )
    .min(1),
  usage,
  composite: z.looseObject({ run_id: z.string(), trace_id: z.string() }).optional(),
});

export type ChatCompletionBody = z.infer<typeof chatCompletion>;
