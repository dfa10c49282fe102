import { type Action, type ActionOf, type CellOf, cellKey } from "../action.ts";
import { wonStep } from "../sample-steps.ts";
import { hold, ofRun, type RunTurn, type Turn } from "./turn.ts";

/**
 * Who may is granted what he asks for, and who may not is told why. Of calls whose answers depend on more, the files of their own promises
 * know.
 */
export function checkAnswers(turn: Turn): void {
  const { action, reply } = turn;
  const run = action === null ? undefined : ofRun(turn, action.run);
  if (action === null || run === undefined) return;
  const expected = expectedOutcome(action, run);
  const asker = "owner" in action && action.owner !== null ? ` by owner ${action.owner}` : "";
  hold(
    2,
    expected === null || reply[0] === expected,
    () => `${action.kind} of ${action.run}${asker} was answered ${reply[0]}, not ${expected}`,
  );
}

function expectedOutcome(action: Action, run: RunTurn): string | null {
  const { past, was } = run;
  const owned =
    past.terminal !== null ? "ended" : "owner" in action && action.owner !== null && action.owner !== past.owner ? "stale" : "ok";
  const answer = (outcome: string): string => (past.isGone ? "gone" : outcome);
  switch (action.kind) {
    case "own":
    case "enter":
    case "intend":
    case "release":
    case "finish":
    case "keep":
      return answer(owned);
    case "lose":
      return answer(owned === "ok" ? lostOr(action, run) : owned);
    case "park":
      return answer(owned === "ok" ? parkedOr(action.cells, run) : owned);
    case "inherit":
      return answer(was.state === "queued" ? "ok" : "known");
    case "revive":
      return answer(owned === "ok" && action.jobs !== was.jobs ? "known" : owned);
    case "suffer":
      return answer(owned === "ok" && action.dispatch !== null && !past.intents.has(action.dispatch) ? "unknown" : owned);
    case "pardon":
      return was.alone.includes(action.dispatch === null ? was.run : `${was.run}.${action.dispatch}`) ? "ok" : "unknown";
    case "attach":
    case "deliver":
      return answer("ok");
    case "erase":
      return answer(past.terminal === null ? "open" : "ok");
    default:
      return null;
  }
}

/** A run is put aside only while it waits for every one of these. */
function parkedOr(cells: readonly CellOf[], { was, past }: RunTurn): string {
  const first = cells.map(cellKey).find((key) => was.cells.get(key)?.status !== "open" || past.granted.has(key));
  if (first === undefined) return "ok";
  return was.cells.get(first)?.status === "open" ? "begun" : "settled";
}

function lostOr(action: ActionOf<"lose">, { was, past }: RunTurn): string {
  const cell = was.cells.get(cellKey(action));
  if (cell?.status !== "open") return cell?.status ?? "unknown";
  if (action.owner === null && cell.fence > action.fence) return "fenced";
  return past.winners.has(wonStep(action.step)) ? "won" : "lost";
}
