import { randomUUID } from "node:crypto";
import type { Random } from "@composite-llm/core";
import { askJson } from "./ask-json.ts";
import { askStream } from "./ask-stream.ts";
import type { ClientRecord } from "./client-record.ts";
import { drawRequest, type Pace, pick } from "./draw-request.ts";
import { followEvents } from "./follow-events.ts";

/** Clients that ask one request after the other. */
export interface Load {
  /** No client begins another request; resolves when the last has its answer. */
  stop(): Promise<void>;
}

const KINDS = [askJson, askStream, followEvents];

/** One client of any kind with a request of any strategy, and a key under which it repeats what breaks. */
function askAnything(gatewayUrl: string, random: Random, pace: Pace): Promise<ClientRecord> {
  return pick(KINDS, random)({ gatewayUrl, fields: drawRequest(random, pace), idempotencyKey: randomUUID() });
}

/** Starts a closed loop of clients. Their records are added to `records` as they end. */
export function startLoad(gatewayUrl: string, clients: number, random: Random, pace: Pace, records: ClientRecord[]): Load {
  const stopping = new AbortController();
  const client = async (): Promise<void> => {
    while (!stopping.signal.aborted) records.push(await askAnything(gatewayUrl, random, pace));
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    stop: async () => {
      stopping.abort();
      await all;
    },
  };
}
