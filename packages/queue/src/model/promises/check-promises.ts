import { checkAbandoned } from "./abandoned.ts";
import { checkAnswers } from "./answers.ts";
import { checkClosedCells } from "./closed-cells.ts";
import { checkFirstDecisions } from "./first-decisions.ts";
import { checkGaplessEvents } from "./gapless-events.ts";
import { checkGrantedCalls } from "./granted-calls.ts";
import { checkJoins } from "./joins.ts";
import { checkNothingLeft } from "./nothing-left.ts";
import { checkOneEnd } from "./one-end.ts";
import { checkOneWinner } from "./one-winner.ts";
import { checkQuarantine } from "./quarantine.ts";
import { checkRepeats } from "./repeats.ts";
import { checkSpend } from "./spend.ts";
import { checkStreamText } from "./stream-text.ts";
import { checkTold } from "./told.ts";
import type { Turn } from "./turn.ts";

const CHECKS: readonly ((turn: Turn) => void)[] = [
  checkNothingLeft,
  checkOneEnd,
  checkAbandoned,
  checkAnswers,
  checkGrantedCalls,
  checkOneWinner,
  checkFirstDecisions,
  checkClosedCells,
  checkJoins,
  checkQuarantine,
  checkRepeats,
  checkGaplessEvents,
  checkStreamText,
  checkTold,
  checkSpend,
];

/** @throws BrokenPromise when what happened in this turn breaks one */
export function checkPromises(turn: Turn): void {
  for (const check of CHECKS) check(turn);
}
