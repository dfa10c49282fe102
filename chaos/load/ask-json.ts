import type { ClientRecord } from "./client-record.ts";
import { type Ask, errorCode, sendChat, toRecord, tryUntilWhole } from "./ask.ts";

interface Completion {
  choices: { message: { content: string | null } }[];
}

/** Asks for a chat completion in one piece. */
export async function askJson(ask: Ask): Promise<ClientRecord> {
  const record = toRecord("json", ask);
  await tryUntilWhole(record, ask, async (now) => {
    const answer = await sendChat(ask, record, now, { stream: false });
    const body = (await answer.json()) as Completion & { error?: { code: string | null } };
    if (answer.status === 200) {
      record.text = now.text = body.choices[0]?.message.content ?? "";
      now.isWhole = true;
    } else now.error = errorCode(body);
  });
  return record;
}
