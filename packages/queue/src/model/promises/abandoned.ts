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

/** Who was told to be listening is known to be, and nobody else. To be asked after everybody has learned of the turn. */
export function checkListeners({ runs }: History, after: Sight): void {
  for (const { run, listeners, orphaned, isGone } of runs.values()) {
    const [known, expected] = [after.runs.get(run)?.listeners.toSorted().join(), [...listeners].toSorted().join()];
    const isOrphaned = after.runs.get(run)?.isOrphaned === true;
    hold(
      5,
      !isLive(runs.get(run)) || isOrphaned === (orphaned !== "no"),
      () => `${run} is ${isOrphaned ? "" : "not "}known to have no listener`,
    );
    hold(5, isGone || known === expected, () => `[${String(known)}] listen to ${run}, not [${expected}]`);
  }
}
