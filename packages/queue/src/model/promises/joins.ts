import type { RunHistory } from "../history.ts";
import { hold, type Turn } from "./turn.ts";

/** A key or a client's own retry finds the run that it means, so that it is paid once, and never a run of somebody else. */
export function checkJoins(turn: Turn): void {
  const { action, reply, history } = turn;
  const [outcome, found] = reply;
  const runs = [...history.runs.values()];
  if (action?.kind === "accept") {
    const { run, caller, idempotencyKey, fingerprint, isFull } = action;
    const holder = runs.findLast(
      ({ accepted }) => idempotencyKey !== "" && accepted.caller === caller && accepted.idempotencyKey === idempotencyKey,
    );
    const isFree = holder === undefined || holder.isGone || holder.terminal === "failed" || holder.terminal === "cancelled";
    const unheld = history.runs.get(run)?.isGone === false ? "exists" : isFull ? "full" : "ok";
    const expected = isFree ? unheld : holder.accepted.fingerprint === fingerprint ? "joined" : "conflict";
    hold(2, outcome === expected, () => `a request with the key of ${holder?.run ?? "no run"} was answered ${outcome}, not ${expected}`);
    if (outcome === "joined") hold(2, found === holder?.run, () => `a request with the key of ${holder?.run} joined ${String(found)}`);
  }
  if (action?.kind === "adopt") {
    const free = runs.filter((past) => past.accepted.fingerprint === action.fingerprint && mayBeAdopted(past));
    if (outcome === "adopted")
      hold(
        2,
        free.some(({ run }) => run === found),
        () => `a retry adopted ${String(found)}`,
      );
    else hold(2, free.length === 0, () => `a retry did not find ${free.map(({ run }) => run).join()}`);
  }
}

function mayBeAdopted({ accepted, listeners, terminal, isGone, isDelivered }: RunHistory): boolean {
  return accepted.isTwin && !isGone && !isDelivered && listeners.size === 0 && (terminal === null || terminal === "succeeded");
}
