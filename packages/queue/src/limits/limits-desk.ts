import type { Role } from "@composite-llm/contracts";
import type { FailureClass } from "@composite-llm/core";
import type { ProviderLimitSettings } from "./scope-limits.ts";

export interface TokenEstimate {
  inputTokens: number;
  outputTokens: number;
}

/** A call's job, by which it can be brought back when it waits as one. */
export interface WaitingJob {
  shard: number;
  queue: string;
  id: string;
}

/** Has a job taken up at once that waits as one. False when it is gone for good, so that its place and its grant go to others. */
export type PromoteJob = (job: WaitingJob) => Promise<boolean>;

/** A call that was deferred, as it asked. */
export type DeferredCall = Pick<Ask, "ticket" | "provider"> & { job: WaitingJob };

/** A call that wants to be sent. */
export interface Ask {
  /** `<run>/<step>`: whoever asks with the same one takes the same place among those who wait. */
  ticket: string;
  provider: string;
  model: string;
  role: Role;
  caller: string;
  /** The caller's share, 1 unless set. */
  weight: number;
  /** 0 … 5, the lowest is served first: rank (0 the end of a run, 1 its later stages, 2 its first), and 3 more for a batch. */
  class: number;
  estimate: TokenEstimate;
  /** Tokens that its answers may have at most, all together, where its request says so. */
  outputCap?: number | null;
  /** Redis time in ms after which nobody wants it. */
  untilMs: number;
  /** Where the call's job can be brought back when it waits as one; null: it waits in place for as long as it takes. */
  job: WaitingJob | null;
}

/** What a provider's headers say about one of its limits. Null where they say nothing. */
export interface ObservedLimit {
  limit: number | null;
  remaining: number | null;
  /** Time until it is whole again. */
  resetMs: number | null;
}

/** What the headers of an answer say, as they are: what cannot be true is left aside by the desk. */
export interface ObservedLimits {
  requests: ObservedLimit | null;
  inputTokens: ObservedLimit | null;
  outputTokens: ObservedLimit | null;
  tokens: ObservedLimit | null;
}

/** What became of a call that was admitted. `used` is null where nobody knows. */
export type CallSettlement =
  /** Nothing was sent: everything is given back. */
  | { kind: "unsent" }
  | { kind: "succeeded" | "cancelled"; used: TokenEstimate | null; observed: ObservedLimits }
  | {
      kind: "failed";
      class: FailureClass;
      /** Whether the provider said that it has too much to do (529, `overloaded_error`): its rate is cut as by a 429. */
      overloaded?: boolean;
      /** Whether an `auth` is about the model alone (403): the key may have others. */
      isForbidden?: boolean;
      used: TokenEstimate | null;
      /** How long the provider asked to wait: what its headers say, also nonsense, which is left aside. */
      retryAfterMs: number | null;
      observed: ObservedLimits;
    };

/** The right to send one request. */
export interface Lease {
  /** Name of the provider's key to send it with. */
  readonly key: string;
  /** Time from the first ask to the grant. */
  readonly waitedMs: number;
  /** Aborted 2 s before the lease ends because it could not be renewed: whoever sends has to close its socket. */
  readonly lost: AbortSignal;
  /** Whether more than 250 ms passed since it was given: then it is settled as `unsent` and asked for again before anything is sent. */
  isStale(): boolean;
  /** Time in ms until it ends if it is not renewed any more. */
  leftMs(): number;
  /**
   * Gives the lease back, after the socket is closed. Resolves when Redis knows; what Redis never hears of (it is out, and stays so) ends with the
   * lease and is charged by its estimate. Never rejects; later calls of it do nothing.
   */
  settle(end: CallSettlement): Promise<void>;
}

export type Admission =
  | { kind: "granted"; lease: Lease }
  /**
   * It keeps its place; its job is promoted when it is granted. `expectedMs` is null where nobody can tell. `leastMs` is what it waits even if nobody
   * were before it, 0 where that is not known: what is expected counts all who stand there, and some of them after it.
   */
  | { kind: "deferred"; expectedMs: number | null; leastMs: number; reason: string }
  /** `too_large`: a limit is below what it asks for. `drained`: an operator turns calls away. It has no place any more. */
  | { kind: "refused"; failure: "too_large" | "drained"; message: string };

/** Redis cannot be asked, so nothing may be sent. */
export class LimitsUnavailable extends Error {
  override readonly name = "LimitsUnavailable";
}

/** What a process that calls providers needs of the limits that all such processes share. */
export interface LimitsDesk {
  /** Says what limits there are. Told again when they change; the last who says it counts. */
  configure(providers: ReadonlyMap<string, ProviderLimitSettings>): Promise<void>;
  /**
   * Asks for the right to send. Waits in place for up to 2 s; one that has a job is `deferred` after that, or at once when more is expected.
   * When the signal is aborted, the ask leaves the queue and its reason is thrown.
   *
   * @throws LimitsUnavailable when Redis is out
   */
  admit(ask: Ask, signal: AbortSignal): Promise<Admission>;
  /**
   * Takes a deferred call out of the queue that is not wanted any more; a grant that nobody has taken goes to the next. It is left alone when it was asked
   * for since with another job. Never rejects: what Redis does not hear of leaves when its job cannot be promoted, or when its time is over.
   */
  leave(call: DeferredCall): Promise<void>;
  /** What calls of this kind came to: input tokens per estimated one, and the output that 95 % stay below (null: nothing known yet). */
  learned(provider: string, model: string, role: Role): Promise<{ inputRatio: number; outputP95: number | null }>;
  isListening(): boolean;
  close(): Promise<void>;
}
