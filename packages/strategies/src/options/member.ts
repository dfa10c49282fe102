import { z } from "zod";
import { closedObject } from "./closed-object.ts";

/** Slots that one stage may have. */
export const MAX_SLOTS = 8;

/** What belongs to the request or to the strategy and would break a member's call. */
const NOT_A_MEMBERS = new Set([
  "model",
  "messages",
  "stream",
  "stream_options",
  "n",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "functions",
  "function_call",
]);

const name = z.string().min(1).max(256);

const params = z
  .record(z.string(), z.unknown())
  .superRefine((value, check) => {
    for (const key of Object.keys(value)) {
      if (NOT_A_MEMBERS.has(key)) check.addIssue({ code: "custom", path: [key], message: `\`${key}\` cannot be set for a member` });
    }
  })
  .optional()
  .describe("Parameters of this member's calls, under their OpenAI names; they win over the request's");

const shape = {
  model: name.describe("`provider/model`, a bare or aliased model name, or a composite"),
  provider: name.optional().describe("Provider of the configuration that serves it, when the name does not say"),
  params,
};

/** One member, as a name or as `{model, provider, params}`. */
export const memberOption = z.union([name, closedObject(shape)], { error: explainMember("{model, provider, params}") });

const countedMember = z.union(
  [name, closedObject({ ...shape, count: z.int().min(1).max(MAX_SLOTS).optional().describe("How many slots it fills; 1 unless set") })],
  { error: explainMember("{model, provider, count, params}") },
);

/** A panel of 1 to 8 slots, counted after `count` is expanded. The field's name is for the error message. */
export function memberList(field: string) {
  return z.array(countedMember).superRefine((members, check) => {
    const slots = members.reduce((sum, member) => sum + (typeof member === "string" ? 1 : (member.count ?? 1)), 0);
    if (slots >= 1 && slots <= MAX_SLOTS) return;
    check.addIssue({ code: "custom", message: `\`${field}\` must fill 1 to ${MAX_SLOTS} slots, counts included; it fills ${slots}` });
  });
}

export type MemberOption = z.infer<typeof countedMember>;

/** A union reports only that no form fits: say what is wrong with the form that was evidently meant. */
function explainMember(form: string): z.core.$ZodErrorMap {
  return (issue) => {
    if (issue.code !== "invalid_union") return undefined;
    const expected = `a member is a model name or ${form}`;
    const isObject = typeof issue.input === "object" && issue.input !== null && !Array.isArray(issue.input);
    const problems = isObject ? (issue.errors[1] ?? []) : [];
    const details = problems.map(({ path, message }) => (path.length === 0 ? message : `\`${path.join(".")}\`: ${message}`));
    return details.length === 0 ? expected : `${expected}; ${details.join("; ")}`;
  };
}
