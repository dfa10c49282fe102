import { z } from "zod";
import { modelName, modelPattern } from "./names.ts";

const dollars = z.number().min(0).max(1_000_000);

const price = z.strictObject({
  input: dollars.describe("US dollars per million tokens of input"),
  output: dollars.describe("US dollars per million tokens of output"),
  cached_input: dollars.exactOptional().describe("US dollars per million tokens read from the provider's cache; that of input unless set"),
  cache_write: dollars.exactOptional().describe("US dollars per million tokens written to it; that of input unless set"),
});

const capability = z
  .object({
    max_tokens_param: z.enum(["max_tokens", "max_completion_tokens"]).exactOptional().describe("What the model calls its output cap"),
  })
  .catchall(z.boolean().describe("Whether the model takes the parameter of that name"));

export const modelsSchema = z
  .strictObject({
    aliases: z.record(modelName, modelName).default({}).describe("Short names of models"),
    fallbacks: z
      .record(modelName, z.array(modelName).min(1).max(8))
      .default({})
      .describe(
        "Other places of the same model: a call that fails goes to the first whose provider is offered, then to the next, and a `hedge` to the first",
      ),
    prices: z.record(modelPattern, price).default({}).describe("Prices that the operator knows better than the catalogue"),
    capabilities: z.record(modelPattern, capability).default({}).describe("What the operator knows better of a model's parameters"),
  })
  .prefault({})
  .describe("Names, prices and abilities of models");
