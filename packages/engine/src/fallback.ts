import { finalKey } from "@composite-llm/contracts";
import type { StrategyResult } from "@composite-llm/strategies";
import { lastCallOf } from "./last-call.ts";
import type { RunScope } from "./run-scope.ts";

/** What only the last call can give: a member's text would break what the client asked for. */
function needsFinal(params: Readonly<Record<string, unknown>>): boolean {
  const { tools, response_format: format, n, logprobs } = params;
  const isText = format === undefined || format === null || (format as { type?: unknown }).type === "text";
  return (Array.isArray(tools) && tools.length > 0) || !isText || (typeof n === "number" && n > 1) || logprobs === true;
}

/**
 * The best answer so far, marked, in place of a last call that gave none. Null when there is none, when it could not stand for the last call, or when
 * a part of the last call was seen already.
 */
export async function findFallback(scope: RunScope): Promise<StrategyResult | null> {
  const { fallback, port } = scope;
  if (fallback === null || needsFinal(port.plan.request.params)) return null;
  if (await port.hasPublished(finalKey(lastCallOf(port.plan.root).prefix))) return null;
  return { answer: fallback, degraded: [{ code: "synthesis_skipped", stage: finalKey(""), slot: null }] };
}
