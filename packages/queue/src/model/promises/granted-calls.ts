import { type ActionOf, cellKey } from "../action.ts";
import { slotsAround, wonStep } from "../sample-steps.ts";
import { newestAttempt } from "./stream-text.ts";
import { hold, ofRun, type RunTurn, type Turn } from "./turn.ts";

/** A request starts, its tokens are taken, and it is waited for, exactly when its answer can still be used. */
export function checkGrantedCalls(turn: Turn): void {
  const { action, reply } = turn;
  if (action?.kind !== "begin" && action?.kind !== "append" && action?.kind !== "wait") return;
  const run = ofRun(turn, action.run);
  if (run === undefined) return;
  const reasons = reasonsAgainst(action, run);
  const [outcome] = reply;
  const call = `${action.kind} of ${cellKey(action)}, fence ${action.fence}, try ${"try" in action ? action.try : 0}`;
  if (outcome === "ok")
    hold(action.kind === "append" ? 3 : 2, reasons.length === 0, () => `${call} was granted although ${reasons.join(", ")}`);
  else hold(2, reasons.includes(outcome), () => `${call} was refused as ${outcome} without that reason`);
}

function reasonsAgainst(action: ActionOf<"begin" | "append" | "wait">, run: RunTurn): string[] {
  if (action.kind === "append") return reasonsAgainstAppend(action, run);
  return action.kind === "begin" ? reasonsAgainstBegin(action, run) : reasonsAgainstWait(action, run);
}

function reasonsAgainstWait(action: ActionOf<"wait">, { past, was }: RunTurn): string[] {
  if (past.isGone) return ["gone"];
  const cell = was.cells.get(cellKey(action));
  if (cell === undefined) return past.terminal === null ? ["unknown", ...wonReason(action, past)] : ["ended"];
  return [
    ...(past.terminal === null ? [] : ["ended"]),
    ...wonReason(action, past),
    ...(cell.status === "open" || cell.status === "kept" ? [] : ["closed"]),
    ...(cell.fence > action.fence ? ["fenced"] : []),
  ];
}

function reasonsAgainstBegin(action: ActionOf<"begin">, { past, was }: RunTurn): string[] {
  if (past.isGone) return ["gone"];
  const intent = past.intents.get(action.dispatch);
  if (intent?.steps.includes(action.step) !== true) return past.terminal === null ? ["unknown", ...wonReason(action, past)] : ["ended"];
  const status = was.cells.get(cellKey(action))?.status ?? "";
  const newest = past.granted.get(cellKey(action));
  const isNewer = newest !== undefined && (newest.fence > action.fence || (newest.fence === action.fence && newest.try > action.try));
  return [
    ...(past.terminal === null ? [] : ["ended"]),
    ...wonReason(action, past),
    ...((status === "open" || status === "kept") && !isLeftBehind(action.step, past) ? [] : ["closed"]),
    ...(isNewer ? ["fenced"] : []),
    ...(intent.digest === action.digest ? [] : ["digest"]),
  ];
}

function reasonsAgainstAppend(action: ActionOf<"append">, { past, was }: RunTurn): string[] {
  if (past.isGone) return ["gone"];
  const newest = past.granted.get(cellKey(action));
  const { status } = was.cells.get(cellKey(action)) ?? {};
  const isNewest = newest?.fence === action.fence && newest.try === action.try;
  // The call goes on, also beyond the end of the run, and nobody reads its words.
  if (status === "kept" && isNewest) return ["kept", ...wonReason(action, past)];
  return [
    ...(past.terminal === null ? [] : ["ended"]),
    ...wonReason(action, past),
    ...(status === "open" ? [] : ["closed"]),
    ...(isNewest ? [] : ["fenced"]),
    ...(action.attempt === 0 || action.attempt === newestAttempt(was.events, action.step) ? [] : ["stale"]),
  ];
}

/** Whether a composite member that the step is a part of was left out by the stage around it. */
function isLeftBehind(step: string, { decisions }: RunTurn["past"]): boolean {
  return slotsAround(step).some(({ stage, slot }) => {
    const decision = decisions.get(stage);
    return decision !== undefined && !(JSON.parse(decision) as { slots: number[] }).slots.includes(slot);
  });
}

function wonReason({ step }: { step: string }, { winners }: RunTurn["past"]): string[] {
  return winners.has(wonStep(step)) ? ["won"] : [];
}
