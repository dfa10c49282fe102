import { createHash } from "node:crypto";
import { canonicalJson, type JsonObject } from "@composite-llm/core";
import type { ChatRequest } from "@composite-llm/openai-api";

/**
 * Digest of who asks and for what: equal for requests that mean the same. Left out is how the answer is handed over (`stream`,
 * `stream_options`, `webhook`); the order of keys and the spelling of numbers never matter.
 *
 * @param params what goes to the models
 * @param options ours, without those that say only what holds anyway
 */
export function fingerprintOf(caller: string, { model, messages }: ChatRequest, params: JsonObject, options: JsonObject): string {
  return createHash("sha256")
    .update(canonicalJson([caller, { model, messages, params, options }]))
    .digest("hex");
}
