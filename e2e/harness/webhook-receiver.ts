import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import type { RunObject } from "@composite-llm/contracts";

export interface ReceivedWebhook {
  headers: IncomingHttpHeaders;
  body: string;
  /** What it tells. */
  told: { type: string; timestamp: string; data: RunObject };
}

export interface WebhookReceiver {
  url: string;
  received: readonly ReceivedWebhook[];
  close(): Promise<void>;
}

/** A client's server. @param answer the status for the nth webhook that it gets, from 0 */
export async function receiveWebhooks(answer: (index: number) => number): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers, body, told: JSON.parse(body) as ReceivedWebhook["told"] });
      response.writeHead(answer(received.length - 1)).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/hook`,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Whether a webhook is signed with a secret in base64, as its receiver would check it. */
export function isSigned({ headers, body }: ReceivedWebhook, secret: string): boolean {
  const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`;
  const expected = createHmac("sha256", Buffer.from(secret, "base64")).update(signed).digest("base64");
  return headers["webhook-signature"] === `v1,${expected}`;
}
