import { z } from "zod";
import { closedObject } from "../options/closed-object.ts";
import { memberList, memberOption } from "../options/member.ts";

const MAX_LAYERS = 4;

export const moaOptions = closedObject({
  proposers: memberList("proposers")
    .optional()
    .describe(
      "Who proposes answers: 1 to 8 slots of model names or `{model, provider, count, params}`; the base model three times unless set",
    ),
  aggregator: memberOption
    .optional()
    .describe("Who writes the final answer from the proposals: a model name or `{model, provider, params}`; the base model unless set"),
  layers: z
    .int()
    .min(1)
    .max(MAX_LAYERS)
    .default(1)
    .describe(`Rounds of proposals, 1 to ${MAX_LAYERS}; from the second on, every proposer sees the proposals of the round before`),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe("Sampling temperature of proposers whose own `params` set none; unless set, the request's own `temperature`, else 0.7"),
});

export type MoaOptions = z.infer<typeof moaOptions>;
