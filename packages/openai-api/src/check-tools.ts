import type { RequestBody } from "./request-body.ts";
import { invalidRequest } from "./invalid-request.ts";

/** Name of the function that a tool declares or a choice asks for, null where it is the vendor's own tool. */
function functionName(value: unknown): string | null {
  if (typeof value !== "object" || value === null || !("type" in value) || value.type !== "function") return null;
  const inner = "function" in value ? value.function : null;
  return typeof inner === "object" && inner !== null && "name" in inner && typeof inner.name === "string" ? inner.name : null;
}

/** @throws ApiError for a tool choice that the tools cannot serve */
export function checkTools({ tools, tool_choice, parallel_tool_calls }: RequestBody): void {
  if (tools == null) {
    if (tool_choice != null && tool_choice !== "none")
      throw invalidRequest("tool_choice", "tool_choice needs tools: send tools or leave it out.");
    if (parallel_tool_calls != null)
      throw invalidRequest("parallel_tool_calls", "parallel_tool_calls needs tools: send tools or leave it out.");
    return;
  }
  const chosen = functionName(tool_choice);
  if (chosen !== null && !tools.some((tool) => functionName(tool) === chosen)) {
    throw invalidRequest("tool_choice", `tool_choice names the function ${JSON.stringify(chosen)}, which is not among the tools.`);
  }
}
