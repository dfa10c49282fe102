import type { CallRecord, RunEventKind } from "@composite-llm/contracts";
import type { ClientRecord } from "../load/client-record.ts";
import type { Disturbance } from "./disturbance.ts";
import type { LedgerRequest } from "./ledger-request.ts";

export interface EventEvidence {
  number: number;
  kind: RunEventKind;
  data: Record<string, unknown>;
}

/** What Redis keeps of a run. */
export interface RunEvidence {
  run: string;
  /** Null when nothing is kept of it. */
  state: string | null;
  owner: number;
  events: EventEvidence[];
}

/** A line of the stream of call records, and when it was written. */
export type RecordLine = Omit<CallRecord, "atMs"> & { atMs: number };

/** A job that BullMQ has not finished. */
export interface OpenJob {
  queue: string;
  id: string;
  state: string;
}

/** What a provider allows, over all processes that call it; null: no limit. */
export interface ProviderLimits {
  /** Requests under way at once. */
  concurrent: number | null;
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
}

/** The right to a request, or a place in the queue for one, that the limits still keep. */
export interface LimitsHold {
  kind: "lease" | "ticket";
  /** Key of the limits in which it stands. */
  key: string;
  id: string;
  /** Of a lease: until it ends by itself, negative when it has; null for a ticket. */
  leftMs: number | null;
}

export interface KeyLeft {
  key: string;
  /** −1: it never expires. */
  ttlMs: number;
}

/** How long after a kill something that the dead process had in hand moved again. */
export interface Recovery {
  of: string;
  what: string;
  ms: number;
}

/** Everything that was seen of an experiment, once the system was quiet again. All times are ms since 1970 of this machine. */
export interface Evidence {
  ledger: readonly LedgerRequest[];
  records: readonly RecordLine[];
  runs: readonly RunEvidence[];
  clients: readonly ClientRecord[];
  disturbances: readonly Disturbance[];
  /** Of orchestrators; those of callers are in the ledger. */
  recoveries: readonly Recovery[];
  /** What an experiment measured on the way, in ms or MB, by what it is. */
  measured: ReadonlyMap<string, readonly number[]>;
  /** Runs in the set of open runs. */
  openRuns: readonly string[];
  openJobs: readonly OpenJob[];
  /** Keys of job locks. */
  locks: readonly string[];
  limitsHolds: readonly LimitsHold[];
  /** Keys that were there before the first request, BullMQ's own apart. */
  keysBefore: readonly string[];
  /** The same when the system was quiet. */
  keysLeft: readonly KeyLeft[];
  /** The same when everything that expires had expired. */
  keysAfter: readonly string[];
  /** The longest that a key of a run may live from now on. */
  longestTtlMs: number;
  /** By wire format. */
  limits: Readonly<Record<string, ProviderLimits>>;
}
