import { clientFetch } from "./client-fetch.ts";
import type { ClientEvent, ClientRecord, ClientTry } from "./client-record.ts";
import { type Ask, bodyOf, errorCode, headersOf, noteRun, PATIENCE, toRecord, tryUntilWhole } from "./ask.ts";
import { readLines } from "./read-lines.ts";

async function readEvents(body: ReadableStream<Uint8Array>, events: ClientEvent[], now: ClientTry): Promise<void> {
  let event: Partial<ClientEvent> = {};
  for await (const line of readLines(body)) {
    if (line.startsWith("id: ")) event.id = Number(line.slice("id: ".length));
    else if (line.startsWith("event: ")) event.kind = line.slice("event: ".length);
    else if (line.startsWith("data: ")) event.data = JSON.parse(line.slice("data: ".length)) as ClientEvent["data"];
    else if (line === "" && event.kind !== undefined) {
      events.push({ id: event.id ?? Number.NaN, kind: event.kind, data: event.data ?? {} });
      now.isWhole = event.kind === "finished" || event.kind === "error";
      event = {};
    }
  }
}

/** The text of a result, as the last event of a run has it. */
function finalText(data: Record<string, unknown>): string {
  const { choices } = data as { choices?: { message: { content: string | null } }[] };
  return choices?.[0]?.message.content ?? "";
}

/** Begins a run in the background and reads its events to the last, again from the last one seen when the connection breaks. */
export async function followEvents(ask: Ask, onEvent: () => void = () => undefined): Promise<ClientRecord> {
  const record = toRecord("events", ask);
  // Also without a key: to read on repeats nothing.
  await tryUntilWhole(record, { maxTries: PATIENCE, ...ask }, async (now) => {
    const run = record.runs[0];
    if (run === undefined) {
      const accepted = await clientFetch(`${ask.gatewayUrl}/v1/runs`, { method: "POST", headers: headersOf(ask), body: bodyOf(ask) });
      now.status = accepted.status;
      const body = (await accepted.json()) as { id?: string; error?: { code: string | null } };
      if (accepted.status === 202 || accepted.status === 200) noteRun(record, body.id ?? null);
      else now.error = errorCode(body);
      return;
    }
    const last = record.events.at(-1)?.id;
    const answer = await clientFetch(`${ask.gatewayUrl}/v1/runs/${run}/events`, {
      headers: last === undefined ? {} : { "last-event-id": String(last) },
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
    });
    now.status = answer.status;
    if (answer.status === 200 && answer.body !== null) await readEvents(answer.body, record.events, now);
    else now.error = errorCode((await answer.json()) as { error?: { code: string | null } });
    const end = record.events.at(-1);
    if (end?.kind === "finished") record.text = finalText(end.data);
    onEvent();
  });
  return record;
}
