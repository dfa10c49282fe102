import { parseCallReport, type Quarantined } from "@composite-llm/contracts";
import { parseDeaths } from "../quarantine/parse-deaths.ts";
import type { Settled } from "./settled.ts";

/** What a run had decided and received when an orchestrator took it up. */
export interface JournalSnapshot {
  /** Stage key → when it began, Redis time. */
  entered: ReadonlyMap<string, number>;
  /** Stage key → the decision with which it ended, as the engine wrote it. */
  released: ReadonlyMap<string, string>;
  /** Cells that are closed, with their reports. */
  settled: readonly Settled[];
  /** Cells that are still open, and whether a request for them has left. */
  open: readonly { step: string; dispatch: number; isBegun: boolean }[];
  /** When the last owner put the run aside because its calls only waited, Redis time; null when it did not. */
  parkedAtMs: number | null;
  /** Calls that were sent and cancelled, and whose callers have not said yet what they cost. */
  unreported: number;
  /** Calls that run alone because they kept killing their workers. */
  quarantined: readonly Quarantined[];
}

const CELL = /^c:(.*)#(\d+)$/;
const ENDED: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled", "late", "duplicate", "lost"]);

/** @param fields the journal's hash, keys and values in turn */
export function toJournalSnapshot(fields: readonly string[]): JournalSnapshot {
  const entries = new Map<string, string>();
  for (let index = 0; index < fields.length; index += 2) entries.set(fields[index] as string, fields[index + 1] as string);

  const entered = new Map<string, number>();
  const released = new Map<string, string>();
  const settled: Settled[] = [];
  const open: { step: string; dispatch: number; isBegun: boolean }[] = [];
  const quarantined: Quarantined[] = [];
  let unreported = 0;
  for (const [field, value] of entries) {
    if (field.startsWith("s:")) entered.set(field.slice(2), Number(value));
    else if (field.startsWith("d:")) released.set(field.slice(2), value);
    else if (field.startsWith("q:")) {
      const deaths = parseDeaths(value, false);
      if (deaths !== null) quarantined.push(deaths);
    }
    const cell = CELL.exec(field);
    if (cell === null) continue;
    const step = cell[1] as string;
    const dispatch = Number(cell[2]);
    const [status = "", fence] = value.split("|", 2);
    const report = entries.get(`r:${step}#${dispatch}`);
    if (status === "cancelled" && report === undefined && Number(fence) > 0) unreported += 1;
    if (ENDED.has(status)) {
      settled.push({
        step,
        dispatch,
        status: status as Settled["status"],
        report: report === undefined ? null : parseCallReport(JSON.parse(report)),
      });
    } else {
      open.push({ step, dispatch, isBegun: Number(fence) > 0 });
    }
  }
  const parkedAt = entries.get("p");
  return { entered, released, settled, open, parkedAtMs: parkedAt === undefined ? null : Number(parkedAt), unreported, quarantined };
}
