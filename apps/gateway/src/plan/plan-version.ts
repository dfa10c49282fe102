import { createHash } from "node:crypto";
import { canonicalJson } from "@composite-llm/core";
import { PROMPTS_VERSION } from "@composite-llm/strategies/plan";
import type { DraftedStrategy } from "./drafted-strategy.ts";

/**
 * Digest of everything that makes runs comparable: strategy, options, members with their parameters, policies, the words of the
 * prompts. What a single request adds (messages, sampling, the seed) is not in it.
 */
export function planVersion(drafted: DraftedStrategy): string {
  return createHash("sha256")
    .update(canonicalJson([PROMPTS_VERSION, drafted]))
    .digest("hex")
    .slice(0, 16);
}
