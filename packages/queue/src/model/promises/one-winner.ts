import { entriesOf } from "../sight.ts";
import { wonStep } from "../sample-steps.ts";
import { hold, ofRun, type RunTurn, type Turn } from "./turn.ts";

/** A step is won once, by a commit that was told so, or inherited by a run that nobody took up yet. */
export function checkOneWinner(turn: Turn): void {
  for (const run of turn.runs) if (run.is.state !== null) checkRun(run);
}

function checkRun(turn: RunTurn): void {
  const { action, reply, past, was, is } = turn;
  const winners = entriesOf(is, "w");
  for (const [step, dispatch] of past.winners)
    hold(2, winners.get(step) === String(dispatch), () => `${step} was won by ${dispatch} and now by ${String(winners.get(step))}`);
  for (const [step, dispatch] of winners) {
    const cell = [...is.cells].find(
      ([, won]) => wonStep(won.step) === step && String(won.dispatch) === dispatch && won.status === "succeeded",
    );
    hold(
      2,
      cell !== undefined && is.journal.has(`r:${cell[0]}`),
      () => `${step} of ${is.run} is won by ${dispatch}, whose answer is not there`,
    );
  }
  const isHere = action?.run === is.run;
  const committed = isHere && action.kind === "commit" && reply[0] === "succeeded" ? action : null;
  if (committed !== null)
    hold(
      2,
      winners.get(wonStep(committed.step)) === String(committed.dispatch),
      () => `${committed.step}#${committed.dispatch} was told that it won`,
    );
  for (const [step, dispatch] of winners) {
    if (past.winners.has(step)) continue;
    if (isHere && action.kind === "inherit") {
      hold(2, was.state === "queued", () => `${is.run} had been taken up when it inherited ${step}`);
      const heir = ofRun(turn, action.from);
      hold(2, heir?.past.winners.get(step) === Number(dispatch), () => `${is.run} inherited ${step}, which nobody had won`);
    } else {
      hold(2, committed !== null && wonStep(committed.step) === step, () => `${step} is won by ${dispatch}, which was not told`);
    }
  }
}
