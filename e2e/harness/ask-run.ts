import type { RunObject } from "@composite-llm/contracts";
import { type ReadEvent, readEvents } from "@composite-llm/gateway/testing";

export interface RunAnswer {
  status: number;
  headers: Headers;
  run: RunObject;
}

/** Asks for `/v1/runs` and what is below. */
export async function askRun(gatewayUrl: string, method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<RunAnswer> {
  const answer = await fetch(`${gatewayUrl}/v1/runs${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return { status: answer.status, headers: answer.headers, run: (await answer.json()) as RunObject };
}

/**
 * Reads the events of a run until the last one, until enough of them came, or until the connection breaks.
 *
 * @param after number of the last event that was seen
 */
export async function followRun(
  gatewayUrl: string,
  run: string,
  after = 0,
  isEnough: (events: ReadEvent[]) => boolean = () => false,
): Promise<ReadEvent[]> {
  const stop = new AbortController();
  const headers: Record<string, string> = after === 0 ? {} : { "last-event-id": String(after) };
  let text = "";
  const whole = (): ReadEvent[] => readEvents(text.slice(0, text.lastIndexOf("\n\n") + 2));
  const decoder = new TextDecoder();
  try {
    const answer = await fetch(`${gatewayUrl}/v1/runs/${run}/events`, { headers, signal: stop.signal });
    for await (const piece of answer.body ?? []) {
      text += decoder.decode(piece as Uint8Array, { stream: true });
      if (isEnough(whole())) break;
    }
  } catch {
    // The gateway died: what came so far is what the client has.
  }
  stop.abort();
  return whole();
}
