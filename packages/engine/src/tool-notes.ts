import type { Params } from "@composite-llm/contracts";
import { isRecord } from "@composite-llm/core";

/** Names and descriptions of the client's tools as text: all that members learn of them. Null when there are none. */
export function toToolNotes(params: Params): string | null {
  const { tools } = params;
  if (!Array.isArray(tools)) return null;
  const lines = tools.flatMap((tool: unknown) => {
    const described = isRecord(tool) && isRecord(tool["function"]) ? tool["function"] : null;
    if (described === null || typeof described["name"] !== "string") return [];
    const { name, description } = described;
    return [typeof description === "string" && description !== "" ? `- ${name}: ${description}` : `- ${name}`];
  });
  return lines.length === 0 ? null : lines.join("\n");
}
