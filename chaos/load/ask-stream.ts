import type { ClientRecord, ClientTry } from "./client-record.ts";
import { type Ask, errorCode, sendChat, toRecord, tryUntilWhole } from "./ask.ts";
import { readLines } from "./read-lines.ts";

interface Chunk {
  choices: { delta: { content?: string | null } }[];
  error?: { code: string | null };
}

async function readChunks(body: ReadableStream<Uint8Array>, now: ClientTry, onText: () => void): Promise<void> {
  for await (const line of readLines(body)) {
    if (line === "data: [DONE]") now.isWhole = now.error === null;
    else if (line.startsWith("data: ")) {
      const chunk = JSON.parse(line.slice("data: ".length)) as Chunk;
      if (chunk.error !== undefined) now.error = errorCode(chunk);
      now.text += chunk.choices?.[0]?.delta.content ?? "";
      onText();
    }
  }
}

/** Asks for a chat completion as a stream. A stream that breaks off is asked for again with the same key, from its first byte. */
export async function askStream(ask: Ask, onText: () => void = () => undefined): Promise<ClientRecord> {
  const record = toRecord("stream", ask);
  await tryUntilWhole(record, ask, async (now) => {
    const answer = await sendChat(ask, record, now, { stream: true });
    if (answer.status === 200 && answer.body !== null) await readChunks(answer.body, now, onText);
    else now.error = errorCode((await answer.json()) as Chunk);
    if (now.isWhole) record.text = now.text;
  });
  return record;
}
