import type { RunEventKind } from "@composite-llm/contracts";

export interface ReadEvent {
  id: number;
  event: RunEventKind;
  data: unknown;
}

/** Reads the text of a run's events as an `EventSource` would, but strictly: every event has its number, kind and JSON. */
export function readEvents(text: string): ReadEvent[] {
  return text
    .replaceAll(/^: ping\n/gm, "")
    .split("\n\n")
    .filter((block) => block.trim() !== "")
    .map((block) => {
      const [, id, event, data] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      if (id === undefined || event === undefined || data === undefined) throw new Error(`no event of a run: ${block}`);
      return { id: Number(id), event: event as RunEventKind, data: JSON.parse(data) as unknown };
    });
}
