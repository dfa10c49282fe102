import type { Role } from "@composite-llm/contracts";
import type { ScopeLimits } from "./scope-limits.ts";

/** `paused`: nobody new is admitted, who waits goes on waiting. `drained`: also, who waits or comes is turned away. What is under way ends. */
export type Operation = "open" | "paused" | "drained";

export interface BreakerState {
  state: "closed" | "open" | "half_open";
  /** Failures in a row. */
  failures: number;
  /** Redis time in ms from which it is probed; null while it is closed. */
  untilMs: number | null;
}

/** One thing that has limits, as it is now. */
export interface ScopeState {
  /** Null: the provider itself. */
  key: string | null;
  /** Null: the whole key. */
  model: string | null;
  operation: Operation;
  configured: ScopeLimits;
  /** What is admitted at present: what is configured, adapted and clamped by what the provider says. */
  effective: ScopeLimits;
  /** Over about the last minute; of tokens what was reserved, corrected as it is settled. */
  use: {
    requestsPerMinute: number;
    inputTokensPerMinute: number;
    outputTokensPerMinute: number;
    requestsToday: number;
    tokensToday: number;
  };
  /** Requests under way. */
  leases: number;
  blocked: { untilMs: number; reason: string } | null;
  breaker: BreakerState;
}

export interface ProviderState {
  provider: string;
  /** The provider first, then its keys, then models under keys, as far as they were used; at most a hundred of these. */
  scopes: readonly ScopeState[];
  /** Calls that wait, by class 0 … 5. */
  waiting: readonly number[];
  /** Granted calls that nobody has taken yet. */
  granted: number;
  learned: readonly { model: string; inputRatio: number; outputP95: Readonly<Partial<Record<Role, number>>> }[];
}

/** A part of a provider: one of its keys, one of its models under every key, or one under one. Neither: all of it. */
export interface ProviderPart {
  key?: string;
  model?: string;
}

/** What whoever operates the limits sees of them and does to them. */
export interface LimitsBoard {
  /** All providers that were configured. Rejects when Redis is out. */
  providers(): Promise<readonly ProviderState[]>;
  /** Resolves when there is a picture to tell expected waits by: at once while somebody asks. Never rejects: while Redis is out, there is none. */
  look(): Promise<void>;
  /**
   * How long a call of this class (see `Ask`) is expected to wait from now, by a picture that is at most about a second old while somebody asks.
   * Null: nobody can tell, among others when nobody has looked for a while.
   */
  expectedWaitMs(provider: string, model: string, callClass: number): number | null;
  /** Each gives false when there is no such provider or key. */
  pause(provider: string, part: ProviderPart): Promise<boolean>;
  drain(provider: string, part: ProviderPart): Promise<boolean>;
  resume(provider: string, part: ProviderPart): Promise<boolean>;
  close(): Promise<void>;
}
