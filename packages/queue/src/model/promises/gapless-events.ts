import type { EventSight } from "../sight.ts";
import { cellKey, tryKey } from "../action.ts";
import { hold, type RunTurn, type Turn } from "./turn.ts";

/** The events of a run are numbered without a gap, whoever wrote them, and tell once of each stage and of each state of a call. */
export function checkGaplessEvents(turn: Turn): void {
  const { before, after } = turn;
  for (const is of after.runs.values()) {
    const known = before.runs.get(is.run)?.events.length ?? 0;
    for (const [index, event] of is.news.entries())
      hold(3, event.number === known + index + 1, () => `event ${known + index + 1} of ${is.run} has number ${event.number}`);
    if (is.state !== null)
      hold(3, is.number === is.events.length, () => `${is.run} counts ${is.number} events and has ${is.events.length}`);
  }
  for (const run of turn.runs) {
    const told = run.is.news.filter(({ kind }) => kind === "stage" || kind === "call").map(nameOf);
    const expected = newsOf(run);
    hold(3, told.join() === expected.join(), () => `followers of ${run.is.run} were told [${told.join()}], not [${expected.join()}]`);
  }
}

function nameOf({ data: { step, name, state } }: EventSight): string {
  return `${String(step ?? name)} ${String(state)}`;
}

/** Of a cell that is given up or cancelled, its caller still tells what it came to. */
const AWAITED: ReadonlySet<string> = new Set(["open", "lost", "kept", "cancelled"]);

/** What those who follow must hear of stages and calls in this turn. */
function newsOf({ action, reply: [outcome], past, was, is }: RunTurn): string[] {
  if (action?.run !== is.run || past.isGone) return [];
  switch (action.kind) {
    case "enter":
      return outcome === "ok" && !was.journal.has(`s:${action.stage}`) ? [`${action.stage} started`] : [];
    case "release":
      return outcome === "ok" && !was.journal.has(`d:${action.stage}`) ? [`${action.stage} released`] : [];
    case "intend":
      return outcome === "ok" && !was.journal.has(`i:${action.dispatch}`) ? action.steps.map((step) => `${step} queued`) : [];
    case "wait":
      return outcome === "ok" && !was.journal.has(`u:${cellKey(action)}`) ? [`${action.step} waiting`] : [];
    case "begin": {
      const { fence, try: tried } = was.cells.get(cellKey(action)) ?? {};
      return outcome === "ok" && (fence !== action.fence || tried !== action.try) ? [`${action.step} sent`] : [];
    }
    case "commit": {
      const { status = "", fence = 0 } = was.cells.get(cellKey(action)) ?? {};
      const isOvertaken = fence > action.fence && outcome !== "succeeded" && outcome !== "late";
      const isAwaited = AWAITED.has(status) && past.terminal === null && !isOvertaken;
      return isAwaited && !past.ended.has(tryKey(action)) ? [`${action.step} ${outcome}`] : [];
    }
    default:
      return [];
  }
}
