import type { Action } from "../action.ts";
import { hold, isUnchanged, ofRun, type Turn } from "./turn.ts";

/** Whoever lost an answer asks again: what was done once is not done twice. */
export function checkRepeats(turn: Turn): void {
  const { action, history, reply } = turn;
  const first = action === null ? undefined : history.replies.get(action);
  const run = action === null ? undefined : ofRun(turn, action.run);
  if (action === null || first === undefined || run === undefined || run.past.isGone || !isOnce(action, first[0])) return;
  hold(2, isUnchanged(run.was, run.is), () => `${action.kind} changed ${action.run} when it was repeated`);
  if (action.kind === "commit") hold(2, reply[0] === first[0], () => `a commit was ${first[0]}, and ${reply[0]} when it was repeated`);
}

/** Whether the first call did something that the second must not do again. */
function isOnce(action: Action, first: string): boolean {
  switch (action.kind) {
    case "commit":
      return true;
    case "begin":
    case "enter":
    case "intend":
    case "release":
    case "finish":
    case "inherit":
    case "accept":
      return first === "ok";
    case "suffer":
      // A run's next job starts counting anew.
      return first === "ok" && action.dispatch !== null;
    case "lose":
      return first === "lost" || first === "won";
    default:
      return false;
  }
}
