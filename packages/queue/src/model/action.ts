import type { RunId } from "@composite-llm/core";

/** A try of a cell, as the caller that makes it names itself. */
export interface TryOf {
  run: RunId;
  step: string;
  dispatch: number;
  fence: number;
  try: number;
}

export interface CellOf {
  step: string;
  dispatch: number;
}

/** How a call ended where it was made. */
export type Outcome = "succeeded" | "failed" | "cancelled";

/** What somebody asks of the run protocol: one call of one script. */
export type Action =
  | {
      kind: "accept";
      run: RunId;
      caller: string;
      listener: string;
      graceMs: number;
      idempotencyKey: string;
      fingerprint: string;
      isTwin: boolean;
      hasWebhook: boolean;
      /** Whether Redis has no room for another run. */
      isFull: boolean;
      ttlMs: number;
    }
  | { kind: "adopt"; run: RunId; fingerprint: string; listener: string }
  | { kind: "attach"; run: RunId; listener: string }
  | { kind: "keep"; run: RunId; listener: string }
  /** `leastGraceMs` gives listeners that were forgotten the time to be found again. */
  | { kind: "detach"; run: RunId; listener: string; graceMs: number | null; leastGraceMs: number; takesKeepBack: boolean }
  | { kind: "deliver" | "erase"; run: RunId }
  | { kind: "inherit"; run: RunId; from: RunId }
  | { kind: "revive"; run: RunId; jobs: number }
  /** With the job that was taken, and how often it was taken from a worker that died. */
  | { kind: "own"; run: RunId; inbox: string; job: string; stalls: number }
  /** Deaths on a run, or on one of its dispatches; `fence` is that of the take-up that saw one. */
  | { kind: "suffer"; run: RunId; dispatch: number | null; job: string; stalls: number; fence: number }
  | { kind: "pardon"; run: RunId; dispatch: number | null }
  | { kind: "enter"; run: RunId; owner: number; stage: string }
  | { kind: "intend"; run: RunId; owner: number; dispatch: number; digest: string; steps: string[] }
  | { kind: "release"; run: RunId; owner: number; stage: string; decision: string; keep: boolean; cells: CellOf[] }
  /** Its owner puts a run aside that only waits for these. */
  | { kind: "park"; run: RunId; owner: number; cells: CellOf[] }
  /** Without an owner: who took its job up gives it up, perhaps after a try. */
  | { kind: "lose"; run: RunId; owner: number | null; step: string; dispatch: number; fence: number; try: number | null }
  /** Without an owner: a client cancels, or the sweeper ends it. */
  | { kind: "finish"; run: RunId; owner: number | null; state: Outcome; unseen: number }
  /** A call that waits for its provider in nobody's hand. */
  | { kind: "wait"; run: RunId; step: string; dispatch: number; fence: number; inbox: string }
  | ({ kind: "begin"; inbox: string; digest: string; endsPrevious: boolean } & TryOf)
  | ({ kind: "append"; attempt: number; index: number; text: string } & TryOf)
  /** `text` is the whole answer, `attempt` and `batches` what its caller knows to be streamed of it, `unsent` the rest. */
  | ({ kind: "commit"; outcome: Outcome; text: string; attempt: number; batches: number; unsent: string[] } & TryOf);

export type ActionOf<Kind extends Action["kind"]> = Extract<Action, { kind: Kind }>;

export function cellKey({ step, dispatch }: CellOf): string {
  return `${step}#${dispatch}`;
}

/** Names a try among all of its run. */
export function tryKey({ step, dispatch, fence, try: number }: Omit<TryOf, "run">): string {
  return `${step}#${dispatch}.${fence}.${number}`;
}

/** What a try costs: no two of a run cost the same, so that a record is seen to carry its own spend. */
export function costOf({ dispatch, fence, try: number }: Omit<TryOf, "run">): number {
  return dispatch * 10_000 + fence * 100 + number;
}
