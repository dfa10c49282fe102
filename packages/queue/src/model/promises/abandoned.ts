import type { ActionOf } from "../action.ts";
import { graceAfter, type History, isLive, type RunHistory } from "../history.ts";
import type { Sight } from "../sight.ts";
import { hold, ofRun, type Turn } from "./turn.ts";

/** A run that nobody listens to beyond its grace is cancelled at once, and no other is. */
export function checkAbandoned(turn: Turn): void {
  const { action, reply } = turn;
  if (action?.kind !== "detach") return;
  const past = ofRun(turn, action.run)?.past;
  if (past === undefined) return;
  const [outcome, became] = past.isGone ? ["gone", undefined] : ["ok", fateOf(action, past)];
  hold(
    5,
    reply[0] === outcome && reply[1] === became,
    () => `a listener of ${action.run} left, and it was ${String(reply)}, not ${String(became)}`,
  );
}

/** What becomes of a run by a listener that leaves. */
export function fateOf(left: ActionOf<"detach">, past: RunHistory): "ended" | "kept" | "cancelled" | "grace" {
  if (past.terminal !== null) return "ended";
  const [graceMs] = graceAfter(left, past);
  const hasListener = [...past.listeners].some((other) => other !== left.listener);
  if (graceMs < 0 || hasListener) return "kept";
  return Math.max(graceMs, left.leastGraceMs) === 0 || past.orphaned === "beyond grace" ? "cancelled" : "grace";
}

/** Who was told to be listening is known to be, and how long a run goes on without anybody. To be asked after everybody has learned of the turn. */
export function checkListeners({ runs }: History, after: Sight): void {
  for (const past of runs.values()) {
    const is = after.runs.get(past.run);
    const [known, expected] = [is?.listeners.toSorted().join(), [...past.listeners].toSorted().join()];
    hold(5, past.isGone || known === expected, () => `[${String(known)}] listen to ${past.run}, not [${expected}]`);
    if (is === undefined || !isLive(past)) continue;
    hold(5, is.graceMs === past.graceMs, () => `${past.run} goes on for ${is.graceMs} ms without anybody, not for ${past.graceMs}`);
    hold(5, is.isOrphaned === (past.orphaned !== "no"), () => `${past.run} is ${is.isOrphaned ? "" : "not "}known to have no listener`);
  }
}
