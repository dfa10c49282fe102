import type { RunId } from "@composite-llm/core";
import type { Action } from "../action.ts";
import type { Dice } from "../dice.ts";
import { isLive, type RunHistory } from "../history.ts";
import { MAX_RUNS, type Model } from "../model.ts";
import { toRunId } from "../world.ts";
import { type Mover, pickRun } from "./move.ts";

const nothing = (): void => undefined;
const LISTENERS = ["a", "b"] as const;
const A_WHILE_MS = 3_600_000;
/** No end without listeners, an end at once, an end after a while. */
const GRACES_MS = [-1, 0, A_WHILE_MS, A_WHILE_MS] as const;

/** A client's request: a new run, or one that its key stands for. */
export const accept: Mover = (model, dice) => {
  if (model.runs.length >= MAX_RUNS) return null;
  const run = toRunId(model.runs.length + 1);
  return {
    action: {
      kind: "accept",
      run,
      caller: "someone",
      listener: dice.chance(60) ? (dice.pick(LISTENERS) ?? "") : "",
      // Most go on, so that there is time for something to happen to them.
      graceMs: dice.chance(50) ? -1 : (dice.pick(GRACES_MS) ?? -1),
      idempotencyKey: dice.chance(30) ? "key" : "",
      fingerprint: dice.chance(80) ? "body" : "other",
      isTwin: dice.chance(60),
      hasWebhook: dice.chance(40),
      isFull: dice.chance(10),
      ttlMs: dice.chance(50) ? 300_000 : 120_000,
    },
    heard: ([outcome]) => {
      if (outcome === "ok") model.runs.push(run);
    },
  };
};

/** A client's own retry. */
export const adopt: Mover = (model, dice) => {
  if (model.runs.length === 0) return null;
  const action = { kind: "adopt", run: toRunId(0), fingerprint: "body", listener: dice.pick(LISTENERS) ?? "" } as const;
  return { action, heard: nothing };
};

type Choose = (model: Model, dice: Dice) => RunId | undefined;

const ofRun =
  (choose: Choose, toAction: (run: RunId, dice: Dice) => Action): Mover =>
  (model, dice) => {
    const run = choose(model, dice);
    return run === undefined ? null : { action: toAction(run, dice), heard: nothing };
  };

/** Often one that ends when its listeners are gone. */
const pickListened: Choose = (model, dice) => {
  const listened = model.runs.filter((run) => (model.history.runs.get(run)?.graceMs ?? -1) >= 0);
  return dice.chance(60) && listened.length > 0 ? dice.pick(listened) : pickRun(model, dice);
};

/** Mostly one that has ended. */
const pickEnded: Choose = (model, dice) => {
  const ended = model.runs.filter((run) => !isLive(model.history.runs.get(run)));
  return dice.pick(dice.chance(80) ? ended : model.runs);
};

/** Often one whose last listener is gone: somebody comes back to it. */
const pickOrphaned: Choose = (model, dice) => {
  const orphaned = model.runs.filter((run) => model.history.runs.get(run)?.orphaned !== "no");
  return dice.chance(50) && orphaned.length > 0 ? dice.pick(orphaned) : pickListened(model, dice);
};

export const attach = ofRun(pickOrphaned, (run, dice) => ({ kind: "attach", run, listener: dice.pick(LISTENERS) ?? "" }));

/** Whether a client that was to be waited for let it go on without anybody. */
function isKept(past: RunHistory | undefined): boolean {
  return isLive(past) && past.graceMs === -1 && past.accepted.graceMs !== -1;
}

/** A client hangs up; one that kept its run, perhaps not alone, may take that back. */
export const detach: Mover = (model, dice) => {
  const kept = model.runs.filter((run) => isKept(model.history.runs.get(run)));
  const run = dice.chance(60) && kept.length > 0 ? dice.pick(kept) : pickListened(model, dice);
  if (run === undefined) return null;
  const keeper = model.history.runs.get(run)?.keptBy?.listener;
  const takesKeepBack = dice.chance(50);
  const listener = (takesKeepBack ? keeper : undefined) ?? dice.pick(LISTENERS) ?? "";
  const graceMs = dice.chance(85) ? null : (dice.pick(GRACES_MS) ?? null);
  return { action: { kind: "detach", run, listener, graceMs, leastGraceMs: 0, takesKeepBack }, heard: nothing };
};

/** Mostly one that is not kept yet, or by one client alone. */
function pickKeepable(model: Model, dice: Dice): RunId | undefined {
  const kept = model.runs.filter((run) => isKept(model.history.runs.get(run)));
  return dice.chance(60) && kept.length > 0 ? dice.pick(kept) : pickListened(model, dice);
}

/** A client that lets its run go on without anybody knows that it was accepted. */
export const keep: Mover = (model, dice) => {
  const run = pickKeepable(model, dice);
  if (run === undefined) return null;
  const keeper = model.history.runs.get(run)?.keptBy?.listener;
  const others = LISTENERS.filter((listener) => listener !== keeper || dice.chance(30));
  return { action: { kind: "keep", run, listener: dice.pick(others) ?? "" }, heard: nothing };
};

export const cancel = ofRun(pickRun, (run) => ({ kind: "finish", run, owner: null, state: "cancelled", unseen: 0 }));
export const deliver = ofRun(pickRun, (run) => ({ kind: "deliver", run }));
export const erase = ofRun(pickEnded, (run) => ({ kind: "erase", run }));

/** An operator lets a run or one of its dispatches out of quarantine, or one that is out already. */
export const pardon: Mover = (model, dice) => {
  const alone = [...model.sight.runs.values()].flatMap((sight) => sight.alone);
  const [run, dispatch] = (dice.pick(alone) ?? dice.pick(model.runs))?.split(".") ?? [];
  if (run === undefined) return null;
  return { action: { kind: "pardon", run: run as RunId, dispatch: dispatch === undefined ? null : Number(dispatch) }, heard: nothing };
};

/** A client has a failed run made again. */
export const inherit: Mover = (model, dice) => {
  const fresh = model.runs.filter((id) => model.sight.runs.get(id)?.state === "queued");
  const run = dice.chance(50) ? dice.pick(fresh) : pickRun(model, dice);
  const from = dice.pick(model.runs.filter((other) => other !== run && model.history.runs.get(other)?.terminal === "failed"));
  return run === undefined || from === undefined ? null : { action: { kind: "inherit", run, from }, heard: nothing };
};

/** The sweeper looks after runs that nobody awaits, that are out of time, whose job is gone. */
export const sweepListeners = ofRun(pickListened, (run, dice) => {
  return { kind: "detach", run, listener: "", graceMs: null, leastGraceMs: dice.chance(50) ? 0 : A_WHILE_MS, takesKeepBack: false };
});
export const sweepLate = ofRun(pickRun, (run) => ({ kind: "finish", run, owner: null, state: "failed", unseen: 0 }));
export const sweepJob: Mover = (model, dice) => {
  const run = pickRun(model, dice);
  if (run === undefined) return null;
  // What it read before may be old.
  const jobs = Math.max(1, (model.sight.runs.get(run)?.jobs ?? 1) - dice.number(2));
  return { action: { kind: "revive", run, jobs }, heard: nothing };
};
