import { PROVIDER_PRESETS } from "@composite-llm/pricing";
import { z } from "zod";
import { keyLimitsSchema, providerLimitsSchema } from "./limits-schema.ts";
import { isWebAddress, name } from "./names.ts";

/** A day. */
const MAX_TIMEOUT_MS = 86_400_000;

const key = z.strictObject({
  name: name.default("default").describe("Stands for the key in logs and metrics"),
  key: z.string().describe("The key itself, best as `${VARIABLE}`; without a value the provider is not offered"),
  weight: z.number().positive().max(1_000).default(1).describe("Share of the calls that it gets next to the provider's other keys"),
  limits: keyLimitsSchema.exactOptional().describe("What the provider allows with this key, over all processes"),
});

const timeouts = z.strictObject({
  first_token_ms: z.int().min(1).max(MAX_TIMEOUT_MS).exactOptional().describe("Longest wait for the first token; 120000 unless set"),
  idle_ms: z.int().min(1).max(MAX_TIMEOUT_MS).exactOptional().describe("Longest silence within an answer; 60000 unless set"),
});

export const providerSchema = z.strictObject({
  preset: z
    .enum(Object.keys(PROVIDER_PRESETS))
    .exactOptional()
    .describe("What is known of the vendor: wire format, address, where its key is found; the provider's own name unless set"),
  extends: name.exactOptional().describe("Another provider that this one is a bundle of: the same vendor with own parameters and limits"),
  base_url: z
    .string()
    .refine((text) => text === "" || isWebAddress(text), "must be a URL that begins with http:// or https://")
    .exactOptional()
    .describe("Address of the API up to its version, as `https://host/v1`; the preset's unless set"),
  keys: z.array(key).exactOptional().describe("Keys; the preset's environment variable unless set"),
  query: z.record(z.string(), z.string()).exactOptional().describe("Query parameters that every request carries"),
  params: z.record(z.string(), z.unknown()).exactOptional().describe("Parameters that every call carries unless the request sets them"),
  limits: providerLimitsSchema.exactOptional().describe("What the provider allows with all keys together, over all processes"),
  timeouts: timeouts.exactOptional().describe("How long a call may be silent"),
});

export type ProviderEntry = z.output<typeof providerSchema>;
