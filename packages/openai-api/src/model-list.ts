import { z } from "zod";

/** A model as `GET /v1/models` lists it. Routers drop models without `supported_parameters`. */
export const modelCard = z.looseObject({
  id: z.string().min(1),
  object: z.literal("model"),
  created: z.int(),
  owned_by: z.string().min(1),
  supported_parameters: z.array(z.string()).min(1),
});

export const modelList = z.strictObject({ object: z.literal("list"), data: z.array(modelCard) });

export type ModelCard = z.infer<typeof modelCard>;
export type ModelList = z.infer<typeof modelList>;
