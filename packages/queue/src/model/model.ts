import type { RunId } from "@composite-llm/core";
import type { Action, CellOf, TryOf } from "./action.ts";
import { createHistory, type History } from "./history.ts";
import { NOTHING_SEEN, type Sight } from "./sight.ts";

/** A process with an inbox. One that is frozen is one that does nothing for a while. */
export interface Process {
  inbox: string;
  /** False once it was frozen for longer than its inbox lives, until it wakes and makes it anew. */
  hasInbox: boolean;
}

/** A run as an orchestrator believes to own it. */
export interface Hold {
  process: Process;
  run: RunId;
  owner: number;
  dispatches: number;
}

/** A call job on its queue, which may be taken up again and again. */
export interface CallJob {
  run: RunId;
  dispatch: number;
  digest: string;
  steps: readonly string[];
  takings: number;
}

/** A call as a caller makes it: one step of a job that it took up. */
export interface Claim extends Omit<TryOf, "try"> {
  process: Process;
  digest: string;
  tries: number;
  isSending: boolean;
  /** What the request of this try answers, in the pieces in which it comes. */
  pieces: number;
  /** What it knows to be appended of that. */
  cursor: { attempt: number; batches: number };
  /** Nobody reads its stream any more. */
  isUnread: boolean;
  /** Nor wants its answer, so it ends the request. */
  isUnwanted: boolean;
}

/** Who takes part, and what each of them knows. */
export interface Model {
  readonly history: History;
  sight: Sight;
  runs: RunId[];
  owners: Process[];
  callers: Process[];
  /** Every inbox that ever was. */
  inboxes: string[];
  holds: Hold[];
  jobs: CallJob[];
  claims: Claim[];
  /** Calls of scripts, in order. */
  sent: Action[];
}

const OWNERS = 2;
const CALLERS = 3;
export const MAX_RUNS = 3;

/** @param nameInbox gives the key of a process's inbox */
export function createModel(nameInbox: (process: string) => string): Model {
  const processes = (kind: string, count: number): Process[] =>
    Array.from({ length: count }, (_, index) => ({ inbox: nameInbox(`${kind}${index}`), hasInbox: true }));
  const [owners, callers] = [processes("owner", OWNERS), processes("caller", CALLERS)];
  const inboxes = [...owners, ...callers].map(({ inbox }) => inbox);
  return { history: createHistory(), sight: NOTHING_SEEN, runs: [], owners, callers, inboxes, holds: [], jobs: [], claims: [], sent: [] };
}

/** Cells of a run that somebody dispatched, whatever became of them. */
export function dispatchedCells(model: Model, run: RunId): CellOf[] {
  return model.jobs.filter((job) => job.run === run).flatMap(({ dispatch, steps }) => steps.map((step) => ({ step, dispatch })));
}

/** The whole answer of a claim's present try, and its batches. */
export function batchesOf({ dispatch, fence, tries, pieces }: Claim): string[] {
  return Array.from({ length: pieces }, (_, index) => `${dispatch}.${fence}.${tries}:${index};`);
}
