import { toDisplayName, toDuration, toMoney, toTokens } from "./amounts.ts";
import { type CallView, type ExhibitView, hasCallEnded, type StageView } from "./exhibit-view.ts";
import { fitLine, line, type Style, type StyledLine } from "./styled-line.ts";
import { widthOf, wrapText } from "./text-width.ts";

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const SPIN_MS = 100;
/** So much text moves past while an answer is written. */
const MOST_TEXT_ROWS = 8;

const WORDS: Readonly<Record<CallView["state"], string>> = {
  queued: "queued",
  waiting: "waiting",
  sent: "working",
  first_token: "writing",
  succeeded: "done",
  failed: "failed",
  cancelled: "cancelled",
  late: "late",
  duplicate: "duplicate",
  lost: "lost",
};

/** Tokens and money of all calls that have told theirs. */
function sumCalls(view: ExhibitView): { calls: number; tokens: number; costUsd: number | null } {
  const calls = view.stages.flatMap((stage) => stage.calls);
  const priced = calls.flatMap(({ costUsd }) => costUsd ?? []);
  return {
    calls: calls.length,
    tokens: calls.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0),
    costUsd: priced.length === 0 ? null : priced.reduce((sum, cost) => sum + cost, 0),
  };
}

/** What became of a call, in a few words. */
function describeCall(call: CallView): string {
  if (call.failure !== null) return `${WORDS[call.state]}: ${call.failure}`;
  if (call.ballot === null) return WORDS[call.state];
  return call.ballot.length === 0 ? "no valid ballot" : `ranks ${call.ballot.join(" > ")}`;
}

function markOf(call: CallView, isOver: boolean, nowMs: number): readonly [string, Style] {
  if (call.state === "succeeded") return ["✓", "good"];
  if (hasCallEnded(call)) return ["✗", "bad"];
  if (isOver || call.state === "queued" || call.state === "waiting") return ["·", "dim"];
  return [SPINNER[Math.floor(nowMs / SPIN_MS) % SPINNER.length] ?? "·", "accent"];
}

function toCallLine(call: CallView, isOver: boolean, nowMs: number, nameCells: number): StyledLine {
  const name = `${call.provider}/${toDisplayName(call.model)}`;
  const elapsedMs = call.latencyMs ?? (isOver ? null : nowMs - call.sinceMs);
  const state = describeCall(call);
  return line(
    "    ",
    markOf(call, isOver, nowMs),
    [` ${call.slot} `, "dim"],
    `${call.role.padEnd(10)} ${name}${" ".repeat(Math.max(1, nameCells + 1 - widthOf(name)))}`,
    [state.padEnd(16), call.failure === null ? "plain" : "bad"],
    [(elapsedMs === null ? "" : toDuration(elapsedMs)).padStart(8), "dim"],
    [call.tokens === null ? "" : `${toTokens(call.tokens).padStart(14)}  ${toMoney(call.costUsd)}`, "dim"],
  );
}

function toStageLine(stage: StageView, isOver: boolean, nowMs: number): StyledLine {
  const endedMs = stage.endedMs ?? (isOver ? null : nowMs);
  return line(
    "  ",
    [stage.name, "bold"],
    [endedMs === null ? "" : `  ${toDuration(endedMs - stage.startedMs)}`, "dim"],
    [stage.reason === null || stage.reason === "all" ? "" : `  released by ${stage.reason}`, "warning"],
  );
}

function toHeadLine(view: ExhibitView, nowMs: number): StyledLine {
  const { calls, tokens, costUsd } = sumCalls(view);
  const facts = [toDuration((view.endedMs ?? nowMs) - view.startedMs), `${calls} ${calls === 1 ? "call" : "calls"}`];
  if (tokens > 0) facts.push(toTokens(tokens), toMoney(costUsd));
  return line([view.title, "accent"], [`  ${facts.join(" · ")}`, "bold"], [`  ${toDisplayName(view.model)}`, "dim"]);
}

function toStageLines(view: ExhibitView, nowMs: number): StyledLine[] {
  const isOver = view.endedMs !== null;
  const calls = view.stages.flatMap((stage) => stage.calls);
  const nameCells = Math.max(0, ...calls.map(({ provider, model }) => widthOf(`${provider}/${toDisplayName(model)}`)));
  return view.stages.flatMap((stage) => [
    toStageLine(stage, isOver, nowMs),
    ...stage.calls.map((call) => toCallLine(call, isOver, nowMs, nameCells)),
  ]);
}

function toTextLines(text: string, columns: number): StyledLine[] {
  return text === "" ? [] : wrapText(text.trim(), columns - 5).map((row) => line(["  │ ", "dim"], row));
}

/** Who is at work and the end of what has been written, in at most so many rows. */
export function toLiveLines(view: ExhibitView, nowMs: number, { columns, rows }: { columns: number; rows: number }): StyledLine[] {
  const table = [toHeadLine(view, nowMs), ...toStageLines(view, nowMs)];
  const room = Math.max(1, rows - 1);
  const text = toTextLines(view.text, columns);
  const shownText = text.slice(-Math.min(MOST_TEXT_ROWS, Math.max(0, room - 1)));
  const left = room - shownText.length;
  // Where the terminal is too low, the head and the latest stages are what matters.
  const shownTable = table.length <= left ? table : [...table.slice(0, 1), ...(left > 1 ? table.slice(-(left - 1)) : [])];
  return [...shownTable, ...shownText].slice(0, room);
}

/** All of it, once it has ended. */
export function toEndedLines(view: ExhibitView, columns: number): StyledLine[] {
  const endedMs = view.endedMs ?? view.startedMs;
  const problem = view.problem === null ? [] : [line([`  ✗ ${view.problem}`, "bad"])];
  const table = [toHeadLine(view, endedMs), ...toStageLines(view, endedMs)].map((row) => fitLine(row, columns));
  return [...table, ...toTextLines(view.text, columns), ...problem, line("")];
}
