import { cellKey } from "../action.ts";
import type { Dice } from "../dice.ts";
import { dispatchedCells, type Hold, type Model } from "../model.ts";
import type { RunHistory } from "../history.ts";
import { SAMPLE_STAGES, SAMPLE_STEPS, wonStep } from "../sample-steps.ts";
import { type Mover, pickLively, pickRun } from "./move.ts";

const nothing = (): void => undefined;
const DISPATCHES_PER_OWNER = 1000;

/** Mostly the run's present owner; the others do not know yet that they lost it. */
function pickHold(model: Model, dice: Dice): Hold | undefined {
  const isPresent = ({ run, owner }: Hold): boolean => model.history.runs.get(run)?.owner === owner;
  return pickLively(model, dice, dice.chance(75) ? model.holds.filter(isPresent) : model.holds);
}

/** An orchestrator takes a run up. It keeps what it held before, as one that was frozen does. */
export const own: Mover = (model, dice) => {
  const run = pickRun(model, dice);
  const process = dice.pick(model.owners);
  if (run === undefined || process === undefined) return null;
  return {
    action: { kind: "own", run, inbox: process.inbox, job: `${run}.${dice.number(2)}`, stalls: dice.number(3) },
    heard: ([outcome, owner]) => {
      if (outcome === "ok") model.holds.push({ process, run, owner: Number(owner), dispatches: 0 });
    },
  };
};

export const enter: Mover = (model, dice) => {
  const hold = pickHold(model, dice);
  const stage = dice.pick(SAMPLE_STAGES) ?? "";
  return hold === undefined ? null : { action: { kind: "enter", run: hold.run, owner: hold.owner, stage }, heard: nothing };
};

/** Mostly one that is not won, often one that another dispatch is under way for: its job seemed gone. */
function pickStep(dice: Dice, past: RunHistory | undefined): string {
  const open = SAMPLE_STEPS.filter(({ key }) => past?.winners.has(wonStep(key)) !== true);
  const dispatched = open.filter(({ key }) => [...(past?.intents.values() ?? [])].some(({ steps }) => steps.includes(key)));
  if (dispatched.length > 0 && dice.chance(55)) return dice.pick(dispatched)?.key ?? "final";
  return dice.pick(open.length > 0 && dice.chance(80) ? open : SAMPLE_STEPS)?.key ?? "final";
}

/** Intends calls and adds their job, which travels along whatever becomes of the intention. */
export const dispatch: Mover = (model, dice) => {
  const hold = pickHold(model, dice);
  if (hold === undefined) return null;
  const number = hold.owner * DISPATCHES_PER_OWNER + hold.dispatches + 1;
  const past = model.history.runs.get(hold.run);
  const steps = [...new Set([pickStep(dice, past), pickStep(dice, past)])];
  const { run, owner } = hold;
  const isForged = dice.chance(5);
  return {
    action: { kind: "intend", run, owner, dispatch: number, digest: "intended", steps },
    heard: () => {
      hold.dispatches += 1;
      model.jobs.push({ run, dispatch: number, digest: isForged ? "other" : "intended", steps, takings: 0 });
    },
  };
};

export const release: Mover = (model, dice) => {
  const hold = pickHold(model, dice);
  const stage = dice.pick(SAMPLE_STAGES);
  if (hold === undefined || stage === undefined) return null;
  const { run, owner } = hold;
  const cells = dispatchedCells(model, run).filter(() => dice.chance(60));
  // No two decisions are equal.
  const decision = JSON.stringify({ slots: [0, 1].filter(() => dice.chance(60)), by: owner, after: model.sent.length });
  return { action: { kind: "release", run, owner, stage, decision, keep: dice.chance(40), cells }, heard: nothing };
};

/** Gives a cell up whose job is gone, or seems so. */
export const lose: Mover = (model, dice) => {
  const hold = pickHold(model, dice);
  const cell = hold === undefined ? undefined : dice.pick(dispatchedCells(model, hold.run));
  if (hold === undefined || cell === undefined) return null;
  return { action: { kind: "lose", run: hold.run, owner: hold.owner, fence: 0, try: null, ...cell }, heard: nothing };
};

/** Puts a run aside that waits for calls of which, as far as its owner knows, none was begun. */
export const park: Mover = (model, dice) => {
  const hold = pickHold(model, dice);
  if (hold === undefined) return null;
  const { run, owner } = hold;
  const seen = model.sight.runs.get(run)?.cells;
  const waiting = dispatchedCells(model, run).filter((cell) => seen?.get(cellKey(cell))?.status === "open");
  const unsent = waiting.filter((cell) => seen?.get(cellKey(cell))?.fence === 0);
  const cells = dice.chance(70) ? unsent : waiting;
  return cells.length === 0 ? null : { action: { kind: "park", run, owner, cells }, heard: nothing };
};

export const finish: Mover = (model, dice) => {
  const hold = pickLively(model, dice, model.holds);
  if (hold === undefined) return null;
  const state = dice.chance(50) ? "succeeded" : "failed";
  return { action: { kind: "finish", run: hold.run, owner: hold.owner, state, unseen: dice.number(3) }, heard: nothing };
};
