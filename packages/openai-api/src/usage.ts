import { z } from "zod";

const count = z.int().min(0);

/** Tokens of a completion as the OpenAI clients read them. */
export const usage = z.looseObject({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: z.looseObject({ cached_tokens: count }),
  completion_tokens_details: z.looseObject({ reasoning_tokens: count }),
});
