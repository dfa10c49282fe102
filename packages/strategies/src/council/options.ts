import { z } from "zod";
import { closedObject } from "../options/closed-object.ts";
import { MAX_SLOTS, memberList, memberOption } from "../options/member.ts";

export const councilOptions = closedObject({
  council_models: memberList("council_models")
    .optional()
    .describe("Who answers: 1 to 8 slots of model names or `{model, provider, count, params}`; the base model three times unless set"),
  review_models: memberList("review_models")
    .optional()
    .describe("Who ranks the answers, in the same form; the council itself unless set, each member in its own slot"),
  chairman_model: memberOption
    .optional()
    .describe("Who writes the final answer: a model name or `{model, provider, params}`; the base model unless set"),
  max_council_size: z
    .int()
    .min(1)
    .max(MAX_SLOTS)
    .default(MAX_SLOTS)
    .describe("Slots of `council_models` that take part, 1 to 8; those beyond it are left out, and the response says `panel_shrunk`"),
  exclude_self_votes: z
    .boolean()
    .default(true)
    .describe("A reviewer neither sees nor ranks its own answer: that of the same slot, if the same model fills it"),
  rubric: z
    .string()
    .min(1)
    .max(4_000)
    .optional()
    .describe("What reviewers judge by, in words; correctness, completeness, reasoning and usefulness unless set"),
});

export type CouncilOptions = z.infer<typeof councilOptions>;
