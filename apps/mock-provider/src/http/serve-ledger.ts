import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Ledger } from "../ledger/ledger.ts";
import { sendJson } from "./send-json.ts";

/** Everything that was written down so far, as JSON lines. */
export async function serveLedger(ledger: Ledger, run: string | null, response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  for await (const line of ledger.lines(run)) {
    if (response.destroyed) return;
    if (!response.write(`${line}\n`)) await Promise.race([once(response, "drain"), once(response, "close")]);
  }
  response.end();
}

export function serveLedgerStats(ledger: Ledger, response: ServerResponse): void {
  sendJson(response, 200, JSON.stringify(ledger.stats()));
}

export function resetLedger(ledger: Ledger, response: ServerResponse): void {
  ledger.reset();
  response.writeHead(204).end();
}
