import { cellKey } from "../action.ts";
import { wonStep } from "../sample-steps.ts";
import { hold, isUnchanged, ofRun, type RunTurn, type Turn } from "./turn.ts";

/** What was decided first stays, and an owner that lost the run decides nothing. */
export function checkFirstDecisions(turn: Turn): void {
  for (const run of turn.runs) if (run.is.state !== null) checkJournal(run);
  const { action } = turn;
  const run = action === null ? undefined : ofRun(turn, action.run);
  if (run !== undefined && !run.past.isGone) checkAnswer(run);
}

/** Entries that are written once: when a stage began, how it ended, what was intended and won, how a try ended. */
const WRITTEN_ONCE = /^[sdiwe]:/;
/** Those of them that nobody but an owner writes. */
const OF_OWNERS = /^[sdih]:/;

function checkJournal({ action, was, is }: RunTurn): void {
  for (const [field, value] of was.journal)
    if (WRITTEN_ONCE.test(field))
      hold(2, is.journal.get(field) === value, () => `${field} was ${value} and is ${String(is.journal.get(field))}`);
  const here = action?.run === is.run ? action : null;
  for (const [field, value] of is.journal) {
    if (!OF_OWNERS.test(field) || was.journal.has(field)) continue;
    const isDecided =
      (here?.kind === "enter" && field === `s:${here.stage}`) ||
      (here?.kind === "release" && field === `d:${here.stage}` && value === here.decision) ||
      (here?.kind === "intend" && ((field === `i:${here.dispatch}` && value === here.digest) || field.startsWith("h:")));
    hold(2, isDecided, () => `nobody decided that ${field} is ${value}`);
  }
}

function checkAnswer({ action, reply, past, was, is }: RunTurn): void {
  const [outcome, said] = reply;
  if (action?.kind === "erase" && outcome === "ok") {
    const told = new Set((said as string[]).filter((_, at) => at % 2 === 0));
    const isWhole = [...past.intents.keys()].every((dispatch) => told.has(`i:${dispatch}`));
    return hold(5, isWhole, () => `who erased ${past.run} was not told of all its dispatches`);
  }
  const isPut = action?.kind === "park" && outcome === "ok";
  hold(
    2,
    is.journal.has("p") === (isPut || (was.journal.has("p") && (action?.kind !== "own" || outcome !== "ok"))),
    () => `${is.run} is ${is.journal.has("p") ? "" : "not "}put aside`,
  );
  const isRevived = action?.kind === "revive" && outcome === "ok";
  hold(2, is.jobs === was.jobs + (isRevived ? 1 : 0), () => `${is.run} had ${was.jobs} jobs and has ${is.jobs}`);
  if (action !== null && "owner" in action && action.owner !== null && action.owner !== past.owner)
    hold(2, isUnchanged(was, is), () => `owner ${action.owner} changed ${is.run} by ${action.kind}, the owner is ${past.owner}`);
  if (outcome !== "ok") return;
  if (action?.kind === "own") {
    hold(2, Number(said) > past.owner, () => `owner ${String(said)} of ${past.run} was drawn after ${past.owner}`);
    const told = reply[7] as string[];
    const isWhole =
      told.length === was.journal.size * 2 && told.every((text, at) => at % 2 === 1 || was.journal.get(text) === told[at + 1]);
    hold(2, isWhole, () => `owner ${String(said)} of ${past.run} was not told its journal`);
  }
  if (action?.kind === "enter")
    hold(2, said === is.journal.get(`s:${action.stage}`), () => `${action.stage} did not begin at ${String(said)}`);
  if (action?.kind === "release") {
    const first = past.decisions.get(action.stage) ?? action.decision;
    hold(2, said === first, () => `${action.stage} was released with ${first}, and its owner was told ${String(said)}`);
  }
  if (action?.kind === "intend")
    for (const step of action.steps) {
      const key = cellKey({ step, dispatch: action.dispatch });
      const [status, expected] = [is.cells.get(key)?.status, past.winners.has(wonStep(step)) ? "cancelled" : "open"];
      hold(2, was.cells.has(key) || status === expected, () => `${key} was intended and is ${String(status)}, not ${expected}`);
    }
}
