import { type ActionOf, cellKey, costOf, type TryOf, tryKey } from "../action.ts";
import { sampleStep, wonStep } from "../sample-steps.ts";
import { newestAttempt } from "./stream-text.ts";
import { hold, ofRun, type RunTurn, type Turn } from "./turn.ts";

/** Each request is recorded once when it starts and once when it ended, with what became of it and what it cost, whoever wanted it. */
export function checkSpend(turn: Turn): void {
  const { action, after } = turn;
  const run = action === null ? undefined : ofRun(turn, action.run);
  const expected = run === undefined || action === null ? [] : recordsOf(action, run);
  const written = after.records.map((record) =>
    record.kind === "started" ? `started ${tryKey(record)}` : `finished ${tryKey(record)} ${String(record.status)} ${String(record.cost)}`,
  );
  hold(
    6,
    written.join() === expected.join(),
    () => `${action?.kind ?? "nothing"} wrote the records [${written.join()}], not [${expected.join()}]`,
  );
}

function finished(tryOf: Omit<TryOf, "run">, status: string): string {
  return `finished ${tryKey(tryOf)} ${status} ${costOf(tryOf)}`;
}

function recordsOf(action: NonNullable<Turn["action"]>, run: RunTurn): string[] {
  const { past, was, reply } = run;
  if (action.kind === "begin") {
    const previous = { ...action, try: action.try - 1 };
    const isKnown = !past.isGone && past.ended.has(tryKey(previous));
    const ended = action.endsPrevious && !isKnown ? [finished(previous, "failed")] : [];
    return reply[0] === "ok" && !past.started.has(tryKey(action)) ? [...ended, `started ${tryKey(action)}`] : ended;
  }
  if (action.kind === "lose" && action.try !== null) {
    const tried = { ...action, try: action.try };
    const isKnown = !past.isGone && was.cells.has(cellKey(action)) && past.ended.has(tryKey(tried));
    return isKnown ? [] : [finished(tried, "failed")];
  }
  if (action.kind !== "commit") return [];
  const [status] = reply;
  const expected = statusesOf(action, run);
  hold(6, expected.includes(status), () => `${tryKey(action)} ${action.outcome} was answered ${status}, not ${expected.join(" or ")}`);
  // A run that is gone, or a dispatch that was never intended, remembers nothing.
  const isRemembered = !past.isGone && was.cells.has(cellKey(action));
  return isRemembered && past.ended.has(tryKey(action)) ? [] : [finished(action, status)];
}

function statusesOf(action: ActionOf<"commit">, { past, was }: RunTurn): string[] {
  const { outcome, step, attempt } = action;
  const cell = past.isGone ? undefined : was.cells.get(cellKey(action));
  if (cell === undefined) return [outcome === "succeeded" ? "late" : outcome];
  const known = past.ended.get(tryKey(action));
  if (known !== undefined) return [known];
  if (outcome !== "succeeded") return [past.terminal !== null || cell.status === "cancelled" ? "cancelled" : outcome];
  if (past.terminal !== null || cell.status === "cancelled" || cell.status === "kept") return ["late"];
  const isRead = sampleStep(step).publish === null || attempt === 0 || attempt === newestAttempt(was.events, step);
  const isFree = (cell.status === "open" || cell.status === "lost") && !past.winners.has(wonStep(step));
  if (isFree && isRead) return ["succeeded"];
  return past.released.has(cellKey(action)) ? ["duplicate", "late"] : ["duplicate"];
}
