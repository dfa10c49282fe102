import type { VendorWire } from "../exchange/vendor-wire.ts";
import { parseAnswer } from "./parse-answer.ts";
import { parseError } from "./parse-error.ts";
import { createStreamReader } from "./stream-reader.ts";
import { loadTarget } from "./target.ts";
import { toRequest } from "./to-request.ts";

/** Anthropic's messages API, translated from and to the OpenAI format. */
export const anthropic: VendorWire = { loadTarget, toRequest, createStreamReader, parseAnswer, parseError };
