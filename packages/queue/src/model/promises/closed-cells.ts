import { cellKey } from "../action.ts";
import { wonStep } from "../sample-steps.ts";
import type { CellSight } from "../sight.ts";
import { hold, ofRun, type RunTurn, type Turn } from "./turn.ts";

/** A cell that has its result keeps it, and nobody closes the cell of another's call but for the run's good. */
export function checkClosedCells(turn: Turn): void {
  for (const run of turn.runs) {
    if (run.is.state === null) continue;
    for (const [key, was] of run.was.cells) checkCell(run, key, was, run.is.cells.get(key));
  }
  const run = turn.action === null ? undefined : ofRun(turn, turn.action.run);
  if (run !== undefined) checkGivenUp(run);
}

const DONE: ReadonlySet<string> = new Set(["succeeded", "failed", "late", "duplicate"]);

function checkCell(turn: RunTurn, key: string, was: CellSight, is: CellSight | undefined): void {
  if (is === undefined) return hold(2, false, () => `cell ${key} is gone`);
  const { action, reply, past } = turn;
  const here = action?.run === turn.is.run ? action : null;
  const isMeant = here !== null && "step" in here && cellKey(here) === key;
  const isDropped = here?.kind === "commit" && !isMeant && was.status === "open" && isRivalOfWinner(turn, was);
  const isSame = was.status === is.status && was.fence === is.fence && was.try === is.try && was.inbox === is.inbox;
  if (isSame) return hold(5, !isDropped, () => `${key} goes on although its step is won by the other of two calls`);
  const change = `${key} went from ${was.status}|${was.fence}|${was.try} to ${is.status}|${is.fence}|${is.try}`;
  hold(2, !DONE.has(was.status), () => change);
  if (was.status === is.status) return hold(2, isMeant, () => `${change} by another's act`);
  hold(2, is.status !== "open", () => change);
  if (here?.kind === "commit") {
    if (!isMeant) return hold(2, isDropped && is.status === "cancelled", () => `${change} by another's commit`);
    const inFlight = past.granted.get(key);
    const isOvertaken = inFlight !== undefined && inFlight.fence > here.fence && (was.status === "open" || was.status === "kept");
    hold(2, !isOvertaken || here.outcome === "succeeded", () => `${change} by a call that another had overtaken`);
    return hold(2, !isOvertaken || reply[0] !== "duplicate", () => `${change} by an answer that was of no use, while another is made`);
  }
  const isReleased = here?.kind === "release" && here.cells.some((cell) => cellKey(cell) === key);
  const isEnd = here?.kind === "finish" || here?.kind === "detach";
  return hold(2, isReleased || isEnd || (here?.kind === "lose" && isMeant), () => `${change} by ${here?.kind ?? "nobody"}`);
}

/** Whether this turn is the commit that won a cell's step, which was hedged, or dispatched anew because the winner's call was given up. */
function isRivalOfWinner({ action, reply, past, was }: RunTurn, { step }: CellSight): boolean {
  if (action?.kind !== "commit" || reply[0] !== "succeeded" || past.winners.has(wonStep(step))) return false;
  if (was.cells.get(cellKey(action))?.status === "lost" && wonStep(step) === wonStep(action.step)) return true;
  const intended = [...past.intents.values()].flatMap(({ steps }) => steps);
  return wonStep(step) === wonStep(action.step) && intended.some((other) => other.includes("~") && wonStep(other) === wonStep(step));
}

/** A call that an owner gives up is closed, or kept for an answer that comes all the same. */
function checkGivenUp({ action, reply, past, was, is }: RunTurn): void {
  if (action?.kind === "lose" && (reply[0] === "lost" || reply[0] === "won")) {
    const [status, expected] = [is.cells.get(cellKey(action))?.status, reply[0] === "won" ? "cancelled" : "lost"];
    if (was.cells.get(cellKey(action))?.status === "open")
      hold(5, status === expected, () => `${cellKey(action)} was given up and is ${String(status)}, not ${expected}`);
  }
  if (action?.kind !== "release" || reply[0] !== "ok" || past.decisions.has(action.stage)) return;
  const expected = action.keep ? "kept" : "cancelled";
  for (const key of action.cells.map(cellKey)) {
    if (was.cells.get(key)?.status !== "open") continue;
    const status = is.cells.get(key)?.status;
    hold(5, status === expected, () => `${action.stage} goes on without ${key}, which is ${String(status)}, not ${expected}`);
  }
}
