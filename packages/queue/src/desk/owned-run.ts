import type { CallStep, Message, RunEvent, RunPlan } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";
import type { JournalSnapshot } from "../run/journal-snapshot.ts";
import type { Settled } from "../run/settled.ts";

/** Calls of one stage to one provider, sent as one job. */
export interface DispatchRequest {
  provider: string;
  steps: CallStep[];
  /** Message lists that the steps refer to by index. */
  prompts: Message[][];
  /** End of the time for these calls, Redis time. */
  deadlineMs: number;
}

type EventOf<Kind extends RunEvent["kind"]> = Extract<RunEvent, { kind: Kind }>["data"];

/**
 * A run as its present owner holds it. Every method rejects with `OwnershipLost` once another owner took it up or it ended, and its `signal` is
 * aborted then.
 */
export interface OwnedRun {
  readonly run: RunId;
  readonly plan: RunPlan;
  /** What had been decided and received before. */
  readonly journal: JournalSnapshot;
  /** Deaths of workers on it since its last commit. */
  readonly deaths: number;
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  readonly deadlineAtMs: number;
  readonly signal: AbortSignal;
  /** Redis time. */
  now(): number;
  /** Journals that a stage began and writes the events that say so, once; gives the time of its first beginning. */
  enter(stageKey: string, events: RunEventDraft[]): Promise<number>;
  /**
   * Journals the dispatch, then adds its job. `onSettled` hears of each step once, and of the success of an earlier dispatch of it, `onBegun` of each request of a step that is `watched`; the promise
   * gives the dispatch's number.
   */
  dispatch(request: DispatchRequest, onSettled: (settled: Settled) => void, onBegun?: (step: string) => void): Promise<number>;
  /** Waits for a cell of an earlier owner's dispatch. */
  await(
    cell: { step: string; dispatch: number; provider: string },
    onSettled: (settled: Settled) => void,
    onBegun?: (step: string) => void,
  ): void;
  /** Journals how a stage ended; the first decision stays and is returned. Cells that were still open are cancelled, or kept to finish for themselves. */
  release(
    stageKey: string,
    decision: string,
    event: EventOf<"stage">,
    stragglers: { keep: boolean; cells: { step: string; dispatch: number }[] },
  ): Promise<string>;
  /** Whether a part of a step's text was published, wherever it was called. */
  hasPublished(step: string): Promise<boolean>;
  /** Ends the run with its last event, after those that nobody has written yet. */
  finish(
    end: { state: "succeeded"; data: EventOf<"finished"> } | { state: "failed" | "cancelled"; data: EventOf<"error"> },
    unseen: RunEventDraft[],
  ): Promise<void>;
  /** Lets the run go: `signal` is aborted, and nothing more is decided here. */
  let(): void;
}

/** An event that has no number yet. */
export type RunEventDraft = { [Kind in RunEvent["kind"]]: { kind: Kind; data: EventOf<Kind> } }[RunEvent["kind"]];

/** Another orchestrator owns the run now, or it has ended: whatever this one would decide is void. */
export class OwnershipLost extends Error {
  readonly outcome: string;

  constructor(outcome: string) {
    super(`the run is no longer this process's: ${outcome}`);
    this.name = "OwnershipLost";
    this.outcome = outcome;
  }
}
