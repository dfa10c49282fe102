import { z } from "zod";

const NAME = /^[\w.:-]{1,128}$/;
const toolName = z.string().regex(NAME, { error: "must be 1 to 128 letters, digits, underscores, dots, colons or dashes" });

const functionTool = z.looseObject({
  type: z.literal("function"),
  function: z.looseObject({
    name: toolName,
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
    strict: z.boolean().nullish(),
  }),
});

const customTool = z.looseObject({ type: z.literal("custom"), custom: z.looseObject({ name: toolName }) });

/** A tool that the vendor runs itself, such as a web search: its fields are the vendor's. */
const vendorTool = z.looseObject({
  type: z
    .string()
    .min(1)
    .refine((type) => type !== "function" && type !== "custom"),
});

/** A tool of the final stage. */
export const tool = z.unknown().superRefine((value, context) => {
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
  const schema = type === "function" ? functionTool : type === "custom" ? customTool : vendorTool;
  for (const issue of schema.safeParse(value).error?.issues ?? []) context.addIssue({ ...issue });
});

/** Which tool the final model shall call. */
export const toolChoice = z.union([z.enum(["none", "auto", "required", "any"]), z.looseObject({ type: z.string().min(1) })], {
  error: "must be none, auto, required, or an object that names a tool",
});

/** Form of the answer. */
export const responseFormat = z
  .looseObject({
    type: z.enum(["text", "json_object", "json_schema", "grammar", "regex"]),
    json_schema: z
      .looseObject({
        name: z.string().regex(/^[\w-]{1,64}$/, { error: "must be 1 to 64 letters, digits, underscores or dashes" }),
        schema: z.record(z.string(), z.unknown()).nullish(),
        strict: z.boolean().nullish(),
      })
      .optional(),
  })
  .refine((format) => format.type !== "json_schema" || format.json_schema !== undefined, {
    path: ["json_schema"],
    error: "is missing: response_format of type json_schema needs its schema",
  });
