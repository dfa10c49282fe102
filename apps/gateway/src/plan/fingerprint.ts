import { createHash } from "node:crypto";
import { canonicalJson, type JsonObject, type RunId } from "@composite-llm/core";
import type { ChatRequest } from "@composite-llm/openai-api";

/**
 * Digest of who asks and for what: equal for requests that mean the same. Left out is how the answer is handed over (`stream`,
 * `stream_options`, `webhook`); the order of keys and the spelling of numbers never matter.
 *
 * @param params what goes to the models
 * @param options ours, without those that say only what holds anyway
 */
export function fingerprintOf(caller: string, { model, messages }: ChatRequest, params: JsonObject, options: JsonObject): string {
  return digestOf([caller, { model, messages, params, options }]);
}

/** The same for a retry, which means the run that it repeats. */
export function retryFingerprint(caller: string, retryOf: RunId): string {
  return digestOf([caller, { retry_of: retryOf }]);
}

function digestOf(meaning: readonly unknown[]): string {
  return createHash("sha256").update(canonicalJson(meaning)).digest("hex");
}
