import type { ModelRequest } from "@composite-llm/contracts";
import { createFailure } from "../exchange/create-failure.ts";
import type { WireRequest } from "../exchange/vendor-wire.ts";
import { toConversation } from "./translation/messages.ts";
import { toParams } from "./translation/params.ts";
import { Untranslatable } from "./translation/untranslatable.ts";

/**
 * Sampling parameters exist in the API's older version only, and there for older models only; a request that carries one asks
 * for that version. All others get the version that the SDK speaks.
 */
const SAMPLING = ["temperature", "top_p", "top_k"];
const VERSION_WITH_SAMPLING = { "anthropic-version": "2023-06-01" };

export function toRequest({ model, messages, params }: ModelRequest, stream: boolean): WireRequest {
  try {
    const { system, messages: turns } = toConversation(messages);
    const translated = toParams(params, messages);
    const body = { model, ...(system.length === 0 ? {} : { system }), messages: turns, ...translated, stream };
    const samples = SAMPLING.some((name) => translated[name] !== undefined);
    return { body: JSON.stringify(body), headers: samples ? VERSION_WITH_SAMPLING : {} };
  } catch (error) {
    if (error instanceof Untranslatable) return { failure: createFailure("bad_request", error.message, { param: error.param }) };
    throw error;
  }
}
