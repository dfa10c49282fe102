import type { RunId } from "@composite-llm/core";
import type { ScriptReply } from "../../run/run-scripts.ts";
import type { Action } from "../action.ts";
import type { History, RunHistory } from "../history.ts";
import type { RunSight, Sight } from "../sight.ts";

/** One thing that happened: a call of a script, or a blow of fate without one. */
export interface Turn {
  action: Action | null;
  reply: ScriptReply;
  before: Sight;
  after: Sight;
  /** What had been answered before. */
  history: History;
  /** Inboxes whose process is dead or was frozen longer than they live. */
  deadInboxes: ReadonlySet<string>;
  /** As each accepted run saw it. */
  runs: readonly RunTurn[];
}

/** A turn by which a run is looked at before and after. */
export interface RunTurn extends Turn {
  past: RunHistory;
  was: RunSight;
  is: RunSight;
}

/** Promises of the engine: 1 one end, 2 one winner, 3 streams, 5 nothing left behind, 6 spend. */
type PromiseNumber = 1 | 2 | 3 | 5 | 6;

class BrokenPromise extends Error {
  constructor(promise: PromiseNumber, message: string) {
    super(`promise ${promise}: ${message}`);
    this.name = "BrokenPromise";
  }
}

/** @throws BrokenPromise unless it holds */
export function hold(promise: PromiseNumber, holds: boolean, toMessage: () => string): void {
  if (!holds) throw new BrokenPromise(promise, toMessage());
}

export function createTurn(happened: Omit<Turn, "runs">): Turn {
  const runs: RunTurn[] = [];
  const turn: Turn = { ...happened, runs };
  for (const past of turn.history.runs.values()) {
    const [was, is] = [turn.before.runs.get(past.run), turn.after.runs.get(past.run)];
    if (was !== undefined && is !== undefined) runs.push({ ...turn, past, was, is });
  }
  return turn;
}

/** The turn as a run saw it; undefined when that was not accepted before. */
export function ofRun({ runs }: Turn, run: RunId): RunTurn | undefined {
  return runs.find(({ past }) => past.run === run);
}

/** Whether nothing that a run decided, said or was told is other than before. */
export function isUnchanged(was: RunSight, is: RunSight): boolean {
  if (was.state !== is.state || was.number !== is.number || was.owner !== is.owner || was.journal.size !== is.journal.size) return false;
  return [...is.journal].every(([field, value]) => was.journal.get(field) === value);
}
