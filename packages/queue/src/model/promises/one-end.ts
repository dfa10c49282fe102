import { isTerminal } from "../sight.ts";
import { fateOf } from "./abandoned.ts";
import { hold, type RunTurn, type Turn } from "./turn.ts";

/** A run has one terminal state, given by who may, kept for good, told as its last event and, where somebody asked for it, by a webhook. */
export function checkOneEnd(turn: Turn): void {
  for (const run of turn.runs) if (run.is.state !== null) checkRun(run);
}

function checkRun(turn: RunTurn): void {
  const { past, was, is } = turn;
  hold(1, past.terminal === null || is.state === past.terminal, () => `${is.run} was ${String(past.terminal)} and is ${String(is.state)}`);
  const endings = is.events.filter(({ kind }) => kind === "finished" || kind === "error");
  const statuses = is.events.filter(({ kind, data }) => kind === "run" && data.quarantine === undefined).map(({ data }) => data.status);
  const expected = ["queued", ...(is.owner > 0 ? ["running"] : []), ...(isTerminal(is.state) ? [is.state] : [])];
  hold(1, statuses.join() === expected.join(), () => `the events of ${is.run} say that it was ${statuses.join()}, not ${expected.join()}`);
  const isDue = past.accepted.hasWebhook && isTerminal(is.state);
  hold(1, is.isDue === isDue, () => `the webhook of ${is.run}, which is ${String(is.state)}, is ${is.isDue ? "" : "not "}due`);
  if (!isTerminal(is.state)) {
    hold(1, endings.length === 0, () => `${is.run} is ${String(is.state)} and its last event is out`);
    hold(1, !mayEnd(turn), () => `${is.run} goes on although it was ended`);
    return;
  }
  hold(1, isTerminal(was.state) || mayEnd(turn), () => `${is.run} was ended by who may not`);
  hold(1, endings.length === 1, () => `${is.run} has ${endings.length} last events`);
  const last = is.events.at(-1);
  hold(
    1,
    last?.kind === (is.state === "succeeded" ? "finished" : "error"),
    () => `${is.run} is ${String(is.state)} and ends with ${last?.kind}`,
  );
  hold(1, is.outcome === last?.number, () => `the outcome of ${is.run} is event ${is.outcome}, not its last`);
}

/** Whether this turn ends the run if it had not ended. */
function mayEnd({ action, past }: RunTurn): boolean {
  if (action === null || action.run !== past.run || past.isGone) return false;
  if (action.kind === "finish") return action.owner === null || action.owner === past.owner;
  return action.kind === "detach" && fateOf(action, past) === "cancelled";
}
