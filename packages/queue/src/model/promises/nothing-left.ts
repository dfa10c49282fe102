import { isTerminal } from "../sight.ts";
import { hold, type RunTurn, type Turn } from "./turn.ts";

/** Whatever happens, everything of a run expires; what is gone stays gone. */
export function checkNothingLeft(turn: Turn): void {
  for (const run of turn.runs) {
    if (run.past.isGone) checkGone(run);
    // An erased run is gone by this very turn.
    else if (run.is.state !== null) checkKeys(run);
  }
  for (const inbox of turn.deadInboxes)
    hold(5, turn.after.inboxes.get(inbox)?.exists !== true, () => `the inbox ${inbox} of a dead process is back`);
}

function checkGone({ was, is }: RunTurn): void {
  for (const name of ["run", "events", "journal"] as const)
    hold(5, is.ttls[name] === -2, () => `${is.run} is gone, and its ${name} is back`);
  hold(5, was.ttls.listeners !== -2 || is.ttls.listeners === -2, () => `${is.run} is gone, and a listener came back`);
  hold(5, was.isOpen || !is.isOpen, () => `${is.run} is gone and was opened again`);
}

function checkKeys({ past, is }: RunTurn): void {
  for (const [name, ttl] of Object.entries(is.ttls)) hold(5, ttl !== -1, () => `the ${name} of ${is.run} never expires`);
  // The clock goes on while both are looked at.
  hold(5, is.ttls.run <= is.ttls.list + 1000, () => `the list that names ${is.run} expires before it`);
  const hasEnded = isTerminal(is.state);
  hold(5, is.isOpen === !hasEnded, () => `${is.run} is ${String(is.state)} and ${is.isOpen ? "" : "not "}among the open runs`);
  hold(5, is.hasNeed === !hasEnded, () => `room is ${is.hasNeed ? "" : "not "}kept for ${is.run}, which is ${String(is.state)}`);
  if (!hasEnded) return;
  hold(5, is.alone.length === 0, () => `${is.alone.join()} is in quarantine, and ${is.run} has ended`);
  for (const name of ["run", "events", "journal"] as const)
    hold(5, is.ttls[name] <= past.accepted.ttlMs, () => `the ${name} of ${is.run}, which ended, lives ${is.ttls[name]} ms`);
  for (const [key, { status }] of is.cells) {
    hold(5, status !== "open", () => `${is.run} has ended and its cell ${key} is open`);
    hold(5, status !== "kept" || is.state !== "cancelled", () => `${is.run} was cancelled and its cell ${key} is kept`);
  }
}
