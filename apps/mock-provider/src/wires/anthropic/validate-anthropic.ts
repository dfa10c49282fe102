import type { IncomingHttpHeaders } from "node:http";
import type { JsonObject } from "@composite-llm/core";
import { firstProblem, type Problem } from "../problem.ts";
import { invalid } from "./anthropic-problem.ts";
import {
  checkKnownFields,
  checkMaxTokens,
  checkSampling,
  checkStopSequences,
  checkStream,
  checkSystem,
  checkThinking,
} from "./check-fields.ts";
import { checkMessages } from "./check-messages.ts";
import { checkOutputFormat, checkTools } from "./check-tools.ts";
import { claudeTraits } from "./claude-traits.ts";

/** What Anthropic would find wrong with a request, in its words. */
export function validateAnthropic(body: JsonObject, base: string, headers: IncomingHttpHeaders): Problem | null {
  const traits = claudeTraits(base);
  return firstProblem([
    () => (headers["anthropic-version"] === undefined ? invalid("anthropic-version: header is required") : null),
    () => checkKnownFields(body),
    () => checkMaxTokens(body, base, traits),
    () => checkMessages(body, traits),
    () => checkSystem(body),
    () => checkStream(body),
    () => checkStopSequences(body),
    () => checkSampling(body, traits),
    () => checkTools(body),
    () => checkThinking(body, traits),
    () => checkOutputFormat(body),
  ]);
}
