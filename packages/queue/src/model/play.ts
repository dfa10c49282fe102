import { learn } from "./history.ts";
import type { Model } from "./model.ts";
import type { Move } from "./moves/move.ts";
import { checkListeners } from "./promises/abandoned.ts";
import { checkPromises } from "./promises/check-promises.ts";
import { createTurn } from "./promises/turn.ts";
import type { World } from "./world.ts";

/** Makes a move, checks every promise after it, and lets everybody learn of it. Gives what the script answered. */
export async function play(move: Move, model: Model, world: World): Promise<string> {
  const before = model.sight;
  const action = "action" in move ? move.action : null;
  // A run that is accepted now is looked at from now on.
  const runs = action?.kind === "accept" && !model.runs.includes(action.run) ? [...model.runs, action.run] : model.runs;
  if ("blow" in move) {
    await move.strike(world);
    move.apply();
  }
  const [reply, after] = await Promise.all([action === null ? null : world.send(action), world.look(runs, model.inboxes, before)]);
  const { history } = model;
  checkPromises(createTurn({ action, reply: reply ?? ["ok"], before, after, history, deadInboxes: deadInboxesOf(model) }));
  model.sight = after;
  if (action !== null && reply !== null) learn(history, action, reply, after);
  checkListeners(history, after);
  if (reply === null) return "done";
  if ("action" in move) {
    move.heard(reply);
    if (!model.sent.includes(move.action)) model.sent.push(move.action);
  }
  return reply[0];
}

function deadInboxesOf({ owners, callers, inboxes }: Model): ReadonlySet<string> {
  const living = new Set([...owners, ...callers].filter(({ hasInbox }) => hasInbox).map(({ inbox }) => inbox));
  return new Set(inboxes.filter((inbox) => !living.has(inbox)));
}
