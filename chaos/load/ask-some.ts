import type { Arena } from "../arena/arena.ts";
import type { Ask } from "./ask.ts";
import { askJson } from "./ask-json.ts";
import { askStream } from "./ask-stream.ts";
import type { ClientRecord } from "./client-record.ts";
import { followEvents } from "./follow-events.ts";

export interface Wish {
  fields: Ask["fields"];
  key: string | null;
}

const KINDS = [askJson, askStream, followEvents];

/** Clients of all kinds by turns, one for each wish, all at once. */
export function ask({ stack }: Arena, wishes: readonly Wish[]): Promise<ClientRecord[]> {
  return Promise.all(
    wishes.map(async ({ fields, key }, index) => {
      const kind = KINDS[index % KINDS.length] ?? askJson;
      return kind({ gatewayUrl: stack.gatewayUrl, fields, idempotencyKey: key });
    }),
  );
}
