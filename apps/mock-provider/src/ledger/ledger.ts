import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { LedgerCounters, type LedgerStats } from "./ledger-counters.ts";
import type { LedgerEnd, LedgerRecord, LedgerStart } from "./ledger-record.ts";
import { openLineFile } from "./line-file.ts";

/** Writes down every request: the judge of what was really sent and spent. */
export interface Ledger {
  /** Notes a request at its arrival; the function that it returns notes its end. */
  start(start: LedgerStart): { id: number; end(end: LedgerEnd): void };
  /** Requests that ended, oldest first; the last 10,000 at least. */
  records(): readonly LedgerRecord[];
  stats(): LedgerStats;
  /** JSON lines so far: of the file where there is one, else of the records. @param run null for all */
  lines(run: string | null): AsyncIterable<string>;
  /** Sets counters and memory back, never the file. */
  reset(): void;
  flush(): void;
  close(): void;
}

const KEPT = 10_000;

/** A list that keeps its newest entries. */
class RecentList<Entry> {
  entries: Entry[] = [];

  push(entry: Entry): void {
    this.entries.push(entry);
    if (this.entries.length >= 2 * KEPT) this.entries = this.entries.slice(KEPT);
  }
}

/** @param path file to append to, null for none */
export function createLedger(path: string | null): Ledger {
  const file = path === null ? null : openLineFile(path);
  const counters = new LedgerCounters();
  const records = new RecentList<LedgerRecord>();
  const memory = new RecentList<string>();
  let requests = 0;

  const write = (event: "started" | "ended", line: object): void => {
    const text = JSON.stringify({ event, ...line });
    if (file === null) memory.push(text);
    else file.append(text);
  };

  return {
    start(start) {
      requests += 1;
      const id = requests;
      counters.start(start.model);
      write("started", { id, ...start });
      return {
        id,
        end(end) {
          const record = { id, ...start, ...end };
          counters.end(record);
          records.push(record);
          write("ended", record);
        },
      };
    },
    records: () => records.entries,
    stats: () => counters.toStats(),
    async *lines(run) {
      file?.flush();
      const lines =
        path === null ? memory.entries : createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
      const mark = run === null ? "" : `"run":${JSON.stringify(run)}`;
      for await (const line of lines) if (line.includes(mark)) yield line;
    },
    reset() {
      counters.reset();
      records.entries = [];
      memory.entries = [];
    },
    flush: () => file?.flush(),
    close: () => file?.close(),
  };
}
