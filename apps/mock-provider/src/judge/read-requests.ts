import type { LedgerRecord, LedgerStart } from "../ledger/ledger-record.ts";
import type { JudgedRequest } from "./judge-requests.ts";

type Line = ({ event: "started" } & LedgerStart & { id: number }) | ({ event: "ended" } & LedgerRecord);

/**
 * Joins the lines of a ledger. Numbers begin anew with every process that wrote to it; a request whose begin is no longer there is told by its
 * end.
 */
export async function readRequests(lines: AsyncIterable<string>): Promise<JudgedRequest[]> {
  const requests: JudgedRequest[] = [];
  const places = new Map<number, number>();
  for await (const text of lines) {
    const line = JSON.parse(text) as Line;
    const isStart = line.event === "started";
    const place = isStart ? requests.length : (places.get(line.id) ?? requests.length);
    requests[place] = { ...line, end: isStart ? null : line };
    if (isStart) places.set(line.id, place);
  }
  return requests;
}
