import type { VendorWire } from "../exchange/vendor-wire.ts";
import { parseAnswer } from "./parse-answer.ts";
import { parseError } from "./parse-error.ts";
import { createStreamReader } from "./stream-reader.ts";
import { loadTarget } from "./target.ts";
import { toRequest } from "./to-request.ts";

/** OpenAI's chat completions, which most vendors and all local servers speak. */
export const openaiCompatible: VendorWire = { loadTarget, toRequest, createStreamReader, parseAnswer, parseError };
