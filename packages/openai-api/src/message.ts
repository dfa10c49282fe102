import { z } from "zod";
import { assistantPart, textPart, userPart } from "./content-part.ts";

function content(part: z.ZodType) {
  return z.union([z.string(), z.array(part).min(1)], { error: "must be a string or a list of content parts" });
}

const name = z.string().nullish();

const toolCall = z.discriminatedUnion(
  "type",
  [
    z.looseObject({
      id: z.string().min(1),
      type: z.literal("function"),
      function: z.looseObject({ name: z.string().min(1), arguments: z.string() }),
    }),
    z.looseObject({
      id: z.string().min(1),
      type: z.literal("custom"),
      custom: z.looseObject({ name: z.string().min(1), input: z.string() }),
    }),
  ],
  { error: "must be function or custom" },
);

const assistant = z
  .looseObject({
    role: z.literal("assistant"),
    content: content(assistantPart).nullish(),
    name,
    refusal: z.string().nullish(),
    tool_calls: z.array(toolCall).min(1).nullish(),
  })
  .refine(
    ({ content, refusal, tool_calls, ...rest }) => (content ?? refusal ?? tool_calls ?? rest["function_call"] ?? rest["audio"]) != null,
    {
      path: ["content"],
      error: "is missing: an assistant message has content or tool_calls",
    },
  );

const ROLES = ["developer", "system", "user", "assistant", "tool", "function"] as const;

/** A message of the conversation. Checked, never changed: fields that we do not know stay. */
export const message = z.discriminatedUnion(
  "role",
  [
    z.looseObject({ role: z.literal("developer"), content: content(textPart), name }),
    z.looseObject({ role: z.literal("system"), content: content(textPart), name }),
    z.looseObject({ role: z.literal("user"), content: content(userPart), name }),
    assistant,
    z.looseObject({ role: z.literal("tool"), content: content(textPart), tool_call_id: z.string().min(1) }),
    z.looseObject({ role: z.literal("function"), content: z.string().nullable(), name: z.string().min(1) }),
  ],
  { error: `must be one of ${ROLES.join(", ")}` },
);
