import { isLive } from "../history.ts";
import type { Model, Process } from "../model.ts";
import type { Move, Mover } from "./move.ts";

function processesOf(model: Model): Process[] {
  return [...model.owners, ...model.callers];
}

/** kill -9: nothing more comes of a process, and its inbox expires. Another one takes its place. */
export const kill: Mover = (model, dice) => {
  const process = dice.pick(processesOf(model));
  if (process === undefined) return null;
  const heir: Process = { inbox: `${process.inbox.replace(/\+\d+$/, "")}+${model.inboxes.length}`, hasInbox: true };
  return {
    blow: `kill ${process.inbox}`,
    strike: async (world) => {
      await world.expire(process.inbox);
      await world.makeInbox(heir.inbox);
    },
    apply: () => {
      const replace = (processes: Process[]): Process[] => processes.map((other) => (other === process ? heir : other));
      [model.owners, model.callers] = [replace(model.owners), replace(model.callers)];
      model.inboxes.push(heir.inbox);
      model.holds = model.holds.filter((hold) => hold.process !== process);
      model.claims = model.claims.filter((claim) => claim.process !== process);
    },
  };
};

/** Frozen for longer than an inbox lives; what the process knows, it still knows. */
export const freeze: Mover = (model, dice) => {
  const process = dice.pick(processesOf(model).filter(({ hasInbox }) => hasInbox));
  if (process === undefined) return null;
  return {
    blow: `freeze ${process.inbox}`,
    strike: (world) => world.expire(process.inbox),
    apply: () => {
      process.hasInbox = false;
    },
  };
};

export const wake: Mover = (model, dice) => {
  const process = dice.pick(processesOf(model).filter(({ hasInbox }) => !hasInbox));
  if (process === undefined) return null;
  return {
    blow: `wake ${process.inbox}`,
    strike: (world) => world.makeInbox(process.inbox),
    apply: () => {
      process.hasInbox = true;
    },
  };
};

/** Everything of a run reaches the end of its life at one moment. */
export const expireRun: Mover = (model, dice) => {
  const present = model.runs.filter((id) => model.history.runs.get(id)?.isGone === false);
  const alone = present.filter((id) => (model.sight.runs.get(id)?.alone.length ?? 0) > 0);
  const run = dice.pick(dice.chance(30) && alone.length > 0 ? alone : present);
  if (run === undefined) return null;
  return {
    blow: `expire ${run}`,
    strike: ({ expire, keys }) => expire(keys.run(run), keys.events(run), keys.journal(run)),
    apply: () => {
      const past = model.history.runs.get(run);
      if (past !== undefined) past.isGone = true;
    },
  };
};

/** The gateway of those who listen died, and its signs are old by now. */
export const forgetListeners: Mover = (model, dice) => {
  const run = dice.pick(model.runs.filter((id) => (model.history.runs.get(id)?.listeners.size ?? 0) > 0));
  if (run === undefined) return null;
  return {
    blow: `forget the listeners of ${run}`,
    strike: (world) => world.passListeners(run),
    apply: () => model.history.runs.get(run)?.listeners.clear(),
  };
};

/** Time passes, more than any grace that a run has without a listener. */
export const passGrace: Mover = (model, dice) => {
  const past = dice.pick([...model.history.runs.values()].filter((candidate) => isLive(candidate) && candidate.graceMs >= 0));
  if (past === undefined) return null;
  return {
    blow: `the grace of ${past.run} passes`,
    strike: (world) => world.passGrace(past.run),
    apply: () => {
      if (past.orphaned === "within grace") past.orphaned = "beyond grace";
    },
  };
};

/** An answer was lost, so the same call is made again, word for word, perhaps long after. */
export const repeat: Mover = (model, dice): Move | null => {
  const recent = model.sent.slice(dice.chance(60) ? -3 : 0);
  const action = dice.pick(recent);
  if (action === undefined || (action.kind === "accept" && model.history.runs.get(action.run)?.isGone === true)) return null;
  return {
    action,
    heard: ([outcome, said]) => {
      // A key that was another's may be free by now.
      if (action.kind === "accept" && outcome === "ok") model.runs.push(action.run);
      // Of two numbers that an owner drew, it goes on with the one that it heard of.
      if (action.kind !== "own" || outcome !== "ok") return;
      const process = model.owners.find(({ inbox }) => inbox === action.inbox);
      if (process !== undefined) model.holds.push({ process, run: action.run, owner: Number(said), dispatches: 0 });
    },
  };
};
