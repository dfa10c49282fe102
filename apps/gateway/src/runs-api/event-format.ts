import type { RunEvent } from "@composite-llm/contracts";

/** An event's data as clients see it: of the last one, the completion or the error itself. */
function dataOf(event: RunEvent): unknown {
  if (event.kind === "finished") return event.data.completion;
  return event.kind === "error" ? event.data.error : event.data;
}

/** An event of a run as a server-sent event, whose id is the number to resume after. */
export function formatEvent(event: RunEvent): string {
  return `id: ${event.number}\nevent: ${event.kind}\ndata: ${JSON.stringify(dataOf(event))}\n\n`;
}
