import { z } from "zod";
import { modelInProvider } from "./names.ts";

/** More than any provider allows in a minute, and few enough to count with. */
const MAX_LIMIT = 1_000_000_000;

/** The same of a day. */
const MAX_TOKENS_PER_DAY = 100_000_000_000;

/** A limit of its own words: what is wrong with a value is said with what to write instead. */
function limit(meaning: string, example: number, max = MAX_LIMIT) {
  const form = `must be a whole number without a unit or separators, such as ${example}`;
  const tooSmall = "must be at least 1; leave it out where there is no such limit";
  const tooBig = `must be at most ${max}; leave it out where there is no such limit`;
  const notSafe: Readonly<Record<string, string>> = { too_big: tooBig, too_small: tooSmall };
  return z
    .int({ error: ({ code }) => notSafe[code ?? ""] ?? form })
    .min(1, tooSmall)
    .max(max, tooBig)
    .exactOptional()
    .describe(meaning);
}

const scopeLimits = {
  concurrent: limit("Requests under way at once", 20),
  requests_per_minute: limit("Requests a minute", 600),
  tokens_per_minute: limit("Tokens a minute, input and output together", 200_000),
  input_tokens_per_minute: limit("Tokens of input a minute", 200_000),
  output_tokens_per_minute: limit("Tokens of output a minute", 40_000),
  requests_per_day: limit("Requests a day (UTC)", 10_000),
  tokens_per_day: limit("Tokens a day (UTC), input and output together", 5_000_000, MAX_TOKENS_PER_DAY),
};

export const keyLimitsSchema = z.strictObject(scopeLimits);

export const providerLimitsSchema = z.strictObject({
  ...scopeLimits,
  adaptive: z.boolean().exactOptional().describe("Whether the provider's own answers may lower and raise the rate; true unless set"),
  tokens_counted: z
    .enum(["requested", "used"])
    .exactOptional()
    .describe(
      "What of an answer counts against its limits of tokens: what the request asks for at most, or what was used; as the preset's vendor does it unless set",
    ),
  models: z
    .record(modelInProvider, keyLimitsSchema)
    .exactOptional()
    .describe(
      "Limits of single models, by their name at the provider, `*` for any characters; every model has them for itself, with every key",
    ),
});

/** The limits of a provider, of one of its keys or of a model, as the file has them. */
export type LimitsEntry = z.output<typeof keyLimitsSchema>;
