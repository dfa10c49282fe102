import type { CallReport, CallStatus, CallStep, Message, RunEvent, RunPlan } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";

type EventOf<Kind extends RunEvent["kind"]> = Extract<RunEvent, { kind: Kind }>["data"];

/** An event that has no number yet. */
export type EventDraft = { [Kind in RunEvent["kind"]]: { kind: Kind; data: EventOf<Kind> } }[RunEvent["kind"]];

export interface CellId {
  step: string;
  dispatch: number;
}

/** What became of a cell; a lost one has a report only where it was left between two tries. */
export interface Settled extends CellId {
  status: CallStatus;
  report: CallReport | null;
  /** Whether the process that had a lost one gave it up: it was not lost with its job. */
  isGivenUp?: boolean;
}

export type RunEnd = { state: "succeeded"; data: EventOf<"finished"> } | { state: "failed" | "cancelled"; data: EventOf<"error"> };

/**
 * A run as the engine holds it: everything that it decides goes through here and is journaled before it acts. Every method rejects when the run
 * belongs to another owner by now, and `signal` is aborted then.
 */
export interface RunPort {
  readonly run: RunId;
  readonly plan: RunPlan;
  readonly journal: {
    readonly entered: ReadonlyMap<string, number>;
    readonly released: ReadonlyMap<string, string>;
    readonly settled: readonly Settled[];
    /** `isBegun`: a request for it has left. */
    /** When an earlier owner put the run aside, to go on with it only when something comes; null when the last owner did not. */
    readonly parkedAtMs: number | null;
    readonly open: readonly (CellId & { isBegun: boolean })[];
  };
  readonly createdAtMs: number;
  readonly deadlineAtMs: number;
  readonly signal: AbortSignal;
  now(): number;
  enter(stageKey: string, events: EventDraft[]): Promise<number>;
  /** `onBegun` hears when a request for a step leaves that is `watched`. */
  dispatch(
    request: { provider: string; steps: CallStep[]; prompts: Message[][]; deadlineMs: number },
    onSettled: (settled: Settled) => void,
    onBegun?: (step: string) => void,
  ): Promise<number>;
  await(cell: CellId & { provider: string }, onSettled: (settled: Settled) => void, onBegun?: (step: string) => void): void;
  release(stageKey: string, decision: string, event: EventOf<"stage">, stragglers: { keep: boolean; cells: CellId[] }): Promise<string>;
  /** Whether a part of a step's text was published, wherever it was called. */
  hasPublished(step: string): Promise<boolean>;
  finish(end: RunEnd, unseen: EventDraft[]): Promise<void>;
}

/** Calls back once after a time; gives the function that stops it. */
export type Timer = (delayMs: number, callback: () => void) => () => void;
