import type { CallStep, Degraded, Message, PlannedStrategy } from "@composite-llm/contracts";
import type { Answer } from "@composite-llm/strategies";
import type { FailedCall } from "./run-failure.ts";
import type { EventDraft, RunPort, Timer } from "./run-port.ts";
import type { SlotOutcome } from "./slot-outcome.ts";
import type { StepCalls } from "./step-calls.ts";
import type { TimeLadder } from "./time-ladder.ts";
import type { Timeline } from "./timeline.ts";

/** What happened in a run besides answers: shown in the response, in a header and in the events. */
export interface RunNotes {
  readonly degraded: Degraded[];
  readonly failed: FailedCall[];
}

export type NestedBounds = Pick<RunScope, "signal" | "deadlineAtMs" | "isLast" | "hasPaid">;

/** One execution of a strategy inside a run: the run's own, or that of a member which is a composite itself. */
export interface RunScope {
  port: RunPort;
  calls: StepCalls;
  timeline: Timeline;
  notes: RunNotes;
  startTimer: Timer;
  /** Aborted when the run is lost, or when who waits for this execution does so no longer. */
  signal: AbortSignal;
  /** End of the time for this execution, Redis time. */
  deadlineAtMs: number;
  /** Whether its last call is the run's: what the client sees. */
  isLast: boolean;
  /** Whether what is executed in it builds on answers that were paid for: it is finished before anything new begins. */
  hasPaid: boolean;
  /** Put before every stage and step; empty for the run's own. */
  prefix: string;
  /** Whether and how the text of members is published. */
  memberStream: Pick<CallStep, "publish" | "stream">;
  /** Events that wait for the next stage to be written with. */
  pendingEvents: EventDraft[];
  ladder: TimeLadder;
  /** What is returned when the last call cannot give an answer; null while nothing is. Of the run's own strategy only. */
  fallback: Answer | null;
  /** Executes a composite member under its step's name; never rejects. `within` bounds it. */
  runNested(plan: PlannedStrategy, step: string, slot: number, messages: readonly Message[], within: NestedBounds): Promise<SlotOutcome>;
}
