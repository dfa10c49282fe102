import { z } from "zod";
import { modelsSchema } from "./models-schema.ts";
import { modelName, name } from "./names.ts";
import {
  apiKeysSchema,
  captureSchema,
  logFileSchema,
  resultsSchema,
  serverSchema,
  telemetrySchema,
  toolsSchema,
  webhooksSchema,
} from "./operation-schemas.ts";
import { providerSchema } from "./provider-schema.ts";

/** A day: a run that takes longer is stuck. */
const MAX_DEADLINE_MS = 86_400_000;

/** What a profile has beside the options of its strategy. */
export const profileSchema = z.looseObject({
  strategy: name.describe("The strategy that it runs"),
  description: z.string().max(1_000).default("").describe("One sentence for lists of models"),
  model: modelName
    .exactOptional()
    .describe("The base model, used where no member is named; the strategy's final model or its first member unless set"),
  locked: z.array(z.string()).default([]).describe("Options that a request may not override"),
});

/** What the defaults have beside the options of each strategy. */
export const defaultsSchema = z.looseObject({
  member_max_tokens: z.int().min(1).max(1_000_000).default(8_192).describe("Output cap of a member that has none of its own"),
  total_deadline_ms: z.int().min(1).max(MAX_DEADLINE_MS).default(280_000).describe("Longest time of a run in milliseconds"),
});

/** The file `composite.yaml`. The options of strategies in `defaults` and `profiles` are checked by the strategies' own schemas. */
export const configurationSchema = z.strictObject({
  version: z.literal(1, "must be 1, the only version of this format").describe("Version of this format"),
  server: serverSchema,
  api_keys: apiKeysSchema,
  providers: z.record(name, providerSchema).default({}).describe("Where models are, by the name that stands before the model's"),
  models: modelsSchema,
  strategies: z.record(name, z.string().min(1)).default({}).describe("Own strategy modules by name, paths relative to this file"),
  defaults: defaultsSchema.prefault({}).describe("What applies where neither request nor profile says anything; per strategy, its options"),
  profiles: z.record(name, profileSchema).default({}).describe("Named settings of a strategy, called as `composite/profile/<name>`"),
  tools: toolsSchema,
  webhooks: webhooksSchema,
  capture: captureSchema,
  results: resultsSchema,
  telemetry: telemetrySchema,
  log_file: logFileSchema,
});

export type ConfigurationFile = z.output<typeof configurationSchema>;
