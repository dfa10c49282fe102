import { type ActionOf, cellKey } from "../action.ts";
import { sampleStep } from "../sample-steps.ts";
import { isTerminal } from "../sight.ts";
import { hold, type RunTurn, type Turn } from "./turn.ts";

/** Who works on what is not wanted any more is told to abort, and an owner hears of results and of the end. */
export function checkTold(turn: Turn): void {
  for (const run of turn.runs) {
    if (run.is.state === null) continue;
    for (const [key, was] of run.was.cells) {
      const is = run.is.cells.get(key);
      const isDropped =
        (is?.status === "cancelled" || is?.status === "lost") && !(turn.action?.kind === "commit" && cellKey(turn.action) === key);
      if ((was.status === "open" || was.status === "kept") && isDropped) checkAborted(run, key, was.inbox);
    }
    if (isTerminal(run.is.state) && !isTerminal(run.was.state)) checkEnded(run);
    if (turn.action?.kind === "begin" && turn.action.run === run.is.run) checkBegun(run, turn.action);
    if (turn.action?.kind === "wait" && turn.action.run === run.is.run) checkWaiting(run, turn.action);
    const { action } = turn;
    const isClosing = action?.kind === "commit" || (action?.kind === "lose" && action.owner === null);
    if (isClosing && action.run === run.is.run) checkSettled(run, cellKey(action));
  }
}

function messagesFor({ before, after }: Turn, inbox: string) {
  // An inbox that was not there need not be written to, and must not.
  return before.inboxes.get(inbox)?.exists === true ? (after.inboxes.get(inbox)?.news ?? []) : null;
}

function checkAborted(turn: RunTurn, key: string, inbox: string): void {
  const aborts = messagesFor(turn, inbox)?.filter(({ kind, run }) => kind === "abort" && run === turn.is.run);
  if (aborts === undefined) return;
  const isTold = aborts.some(({ step = "", dispatch = 0 }) => cellKey({ step, dispatch }) === key);
  hold(5, isTold, () => `${inbox} was not told to abort ${key} of ${turn.is.run}`);
}

function checkEnded(turn: RunTurn): void {
  const { action, past, is } = turn;
  if (action?.kind === "finish" && action.owner !== null) return;
  const news = messagesFor(turn, past.ownerInbox);
  hold(
    5,
    news === null || news.some(({ kind, run }) => kind === "ended" && run === is.run),
    () => `the owner of ${is.run} does not know that it ended`,
  );
}

/** Who put a call aside is the one to hear when it is not wanted any more. */
function checkWaiting({ reply, is }: RunTurn, action: ActionOf<"wait">): void {
  const key = cellKey(action);
  const isKnown = is.cells.get(key)?.inbox === action.inbox;
  hold(5, reply[0] !== "ok" || isKnown, () => `${action.inbox} put ${key} aside and is not known to have done so`);
}

function checkBegun(turn: RunTurn, { step, dispatch, fence, try: tried }: ActionOf<"begin">): void {
  const { past, was, reply } = turn;
  if (past.isGone) return;
  const cell = was.cells.get(cellKey({ step, dispatch }));
  const isStart = reply[0] === "ok" && (cell?.fence !== fence || cell.try !== tried);
  const expected = isStart && sampleStep(step).isWatched === true ? 1 : 0;
  const begun = messagesFor(turn, past.ownerInbox)?.filter(({ kind, run }) => kind === "begun" && run === past.run);
  hold(
    2,
    begun === undefined || begun.length === expected,
    () => `the owner of ${past.run} heard ${String(begun?.length)} times that ${step} was sent`,
  );
}

function checkSettled(turn: RunTurn, key: string): void {
  const { past, was, is } = turn;
  if (isTerminal(is.state) || was.cells.get(key)?.status === is.cells.get(key)?.status) return;
  const news = messagesFor(turn, past.ownerInbox);
  const isTold = news?.some(({ kind, step = "", dispatch = 0, status }) => {
    return kind === "settled" && cellKey({ step, dispatch }) === key && status === is.cells.get(key)?.status;
  });
  hold(2, isTold !== false, () => `the owner of ${is.run} was not told that ${key} is ${String(is.cells.get(key)?.status)}`);
}
