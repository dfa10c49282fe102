import type { Clock, Random } from "@composite-llm/core";
import type { CallDesk, LimitsDesk } from "@composite-llm/queue";
import type { Logger } from "@composite-llm/runtime";
import type { CallTarget } from "./call-target.ts";

/** What a call needs of this process. */
export interface CallDeps {
  desk: CallDesk;
  /** Nothing is sent to a provider without a lease of these. */
  limits: Pick<LimitsDesk, "admit" | "learned" | "leave">;
  /** A caller's share of a busy provider. */
  weightOf(caller: string): number;
  /** Null when this process knows no such provider. */
  targetOf(provider: string): CallTarget | null;
  clock: Clock;
  random: Random;
  /** Calls back once after a time; gives the function that stops it. */
  startTimer(delayMs: number, callback: () => void): () => void;
  /** Aborted when this process ends. */
  closing: AbortSignal;
  logger: Logger;
}
