import type { JudgeHeaders } from "../judge-headers.ts";
import type { CountedTokens } from "../limits/counted-tokens.ts";
import type { LimitRefusal } from "../limits/scope-counter.ts";
import type { WireName } from "../wires/wire.ts";

export interface TokenCounts {
  input: number;
  output: number;
}

/** What is known of a request when its body has arrived. */
export interface LedgerStart extends JudgeHeaders {
  wire: WireName;
  /** Tells keys apart without showing them; null without one. */
  key: string | null;
  /** As asked for; null when the body had none. */
  model: string | null;
  stream: boolean;
  /** Arrival of its headers, ms since 1970. */
  startedMs: number;
}

export type LedgerOutcome = "completed" | "aborted" | "error";

/** What the mock's own limits made of a request. */
export interface LedgerLimits {
  /** What token limits count of it; null for a request that was refused before they looked. */
  counted: CountedTokens | null;
  /** The limit that refused it; null when none did. */
  refusedBy: LimitRefusal["by"] | "outage" | null;
}

export interface LedgerEnd extends LedgerLimits {
  endedMs: number;
  /** Null when the caller left first. */
  finishedMs: number | null;
  /** HTTP status that was sent. */
  status: number | null;
  outcome: LedgerOutcome;
  /** Bytes of the body that were given to the socket. */
  bytesSent: number;
  /** What the caller was told. */
  usage: TokenCounts | null;
  /** What was really used. */
  billed: TokenCounts;
}

/** A request that has ended. */
export interface LedgerRecord extends LedgerStart, LedgerEnd {
  /** Number of the request in this process, from 1. */
  id: number;
}
