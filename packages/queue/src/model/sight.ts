import type { RunId } from "@composite-llm/core";

export interface CellSight {
  step: string;
  dispatch: number;
  status: string;
  fence: number;
  try: number;
  inbox: string;
}

export interface EventSight {
  number: number;
  kind: string;
  data: { status?: string; quarantine?: object; step?: string; name?: string; state?: string; stream_attempt?: number; text?: string };
}

/** A run as it stands in Redis. */
export interface RunSight {
  run: RunId;
  /** Null when there is no such run. */
  state: string | null;
  owner: number;
  jobs: number;
  number: number;
  /** Number of the last event of a run that ended, else 0. */
  outcome: number;
  journal: ReadonlyMap<string, string>;
  cells: ReadonlyMap<string, CellSight>;
  /** All events so far. */
  events: readonly EventSight[];
  /** Those that came since the look before. */
  news: readonly EventSight[];
  isOpen: boolean;
  /** Whether room is kept for it. */
  hasNeed: boolean;
  /** Whether its webhook is to be sent. */
  isDue: boolean;
  /** Names of those who listen now. */
  listeners: readonly string[];
  /** Whether the time without any counts. */
  isOrphaned: boolean;
  /** How long it goes on without any; -1: to its end. */
  graceMs: number;
  /** Itself and its dispatches as far as they are in quarantine. */
  alone: readonly string[];
  /** Of its keys, and of the list by which its caller finds it. Milliseconds; -1: it never expires, -2: there is no such key. */
  ttls: { run: number; events: number; journal: number; listeners: number; list: number };
}

export interface RecordSight {
  kind: "started" | "finished";
  run: string;
  step: string;
  dispatch: number;
  fence: number;
  try: number;
  status?: string;
  cost?: number;
}

export interface InboxMessage {
  kind: string;
  run: string;
  step?: string;
  dispatch?: number;
  status?: string;
}

export interface InboxSight {
  exists: boolean;
  /** What came since the look before. */
  news: readonly InboxMessage[];
}

/** Everything that the model sees in Redis at one moment. */
export interface Sight {
  runs: ReadonlyMap<RunId, RunSight>;
  inboxes: ReadonlyMap<string, InboxSight>;
  /** Call records that came since the look before. */
  records: readonly RecordSight[];
  lastRecord: string;
  lastMessages: ReadonlyMap<string, string>;
}

export const NOTHING_SEEN: Sight = { runs: new Map(), inboxes: new Map(), records: [], lastRecord: "0-0", lastMessages: new Map() };

export function isTerminal(state: string | null): boolean {
  return state === "succeeded" || state === "failed" || state === "cancelled";
}

/** Entries of the journal under a letter, by what follows it. */
export function entriesOf(sight: RunSight, letter: "w" | "d" | "i" | "s"): Map<string, string> {
  const found = new Map<string, string>();
  for (const [field, value] of sight.journal) if (field.startsWith(`${letter}:`)) found.set(field.slice(2), value);
  return found;
}
