import type { RunId } from "@composite-llm/core";
import type { ScriptReply } from "../run/run-scripts.ts";
import { type Action, type ActionOf, cellKey, tryKey } from "./action.ts";
import { isTerminal, type Sight } from "./sight.ts";
import { wonStep } from "./sample-steps.ts";

/** What has been answered about a run so far: what those who got the answers rely on. */
export interface RunHistory {
  readonly run: RunId;
  readonly accepted: ActionOf<"accept">;
  /** Newest owner number that was drawn, and the inbox of who drew it. */
  owner: number;
  ownerInbox: string;
  terminal: string | null;
  /** Expired or erased. */
  isGone: boolean;
  graceMs: number;
  /** The only one who said that the run goes on without anybody, and the grace that it had before. */
  keptBy: { listener: string; graceMs: number } | null;
  /** Names of those who follow; a name stays until it is taken back. */
  readonly listeners: Set<string>;
  /** For how long nobody has, beside the grace that the run has for it. */
  orphaned: "no" | "within grace" | "beyond grace";
  isDelivered: boolean;
  /** Step → the dispatch whose commit was told that it won. */
  readonly winners: Map<string, number>;
  readonly decisions: Map<string, string>;
  readonly intents: Map<number, { digest: string; steps: readonly string[] }>;
  /** Cell → the newest try that was allowed to send. */
  readonly granted: Map<string, { fence: number; try: number }>;
  /** Tries whose start and whose end were announced. */
  readonly started: Set<string>;
  readonly ended: Map<string, string>;
  /** Cells that a stage went on without. */
  readonly released: Set<string>;
  /** Stream attempt (`step@attempt`) → batches that were said to be appended. */
  readonly appended: Map<string, number>;
}

export interface History {
  readonly runs: Map<RunId, RunHistory>;
  /** The first answer to each call that was made. */
  readonly replies: Map<Action, ScriptReply>;
}

export function createHistory(): History {
  return { runs: new Map(), replies: new Map() };
}

function createRunHistory(accepted: ActionOf<"accept">): RunHistory {
  return {
    run: accepted.run,
    accepted,
    owner: 0,
    ownerInbox: "",
    terminal: null,
    isGone: false,
    graceMs: accepted.graceMs,
    keptBy: null,
    listeners: new Set(accepted.listener === "" ? [] : [accepted.listener]),
    orphaned: "no",
    isDelivered: false,
    winners: new Map(),
    decisions: new Map(),
    intents: new Map(),
    granted: new Map(),
    started: new Set(),
    ended: new Map(),
    released: new Set(),
    appended: new Map(),
  };
}

/** Takes in what a call was answered. `after`: what was seen then. */
export function learn(history: History, action: Action, reply: ScriptReply, after: Sight): void {
  if (!history.replies.has(action)) history.replies.set(action, reply);
  const [outcome, said] = reply;
  if (action.kind === "accept" && outcome === "ok") history.runs.set(action.run, createRunHistory(action));
  if ((action.kind === "accept" && outcome === "joined") || (action.kind === "adopt" && outcome === "adopted")) {
    const found = history.runs.get(String(said) as RunId);
    if (found === undefined) return;
    if (action.listener !== "" && (action.kind === "adopt" || found.terminal === null)) addListener(found, action.listener);
    return;
  }
  const past = history.runs.get(action.run);
  if (past !== undefined && !past.isGone) learnOfRun(past, action, reply, after);
}

function addListener(past: RunHistory, listener: string): void {
  past.listeners.add(listener);
  past.orphaned = "no";
}

function learnOfRun(past: RunHistory, action: Action, [outcome, said]: ScriptReply, after: Sight): void {
  const isOk = outcome === "ok";
  switch (action.kind) {
    case "attach":
      if (isOk) addListener(past, action.listener);
      break;
    case "detach":
      past.listeners.delete(action.listener);
      if (past.terminal === null) [past.graceMs, past.keptBy] = graceAfter(action, past);
      if (said === "grace" && past.orphaned === "no") past.orphaned = "within grace";
      if (said === "cancelled") past.terminal = "cancelled";
      break;
    case "keep":
      if (!isOk) break;
      if (past.graceMs !== -1) [past.graceMs, past.keptBy] = [-1, { listener: action.listener, graceMs: past.graceMs }];
      else if (past.keptBy?.listener !== action.listener) past.keptBy = null;
      past.orphaned = "no";
      break;
    case "deliver":
      past.isDelivered = true;
      break;
    case "erase":
      past.isGone = isOk;
      break;
    case "inherit":
      // Which successes these are is checked where they are copied.
      for (const [field, dispatch] of after.runs.get(past.run)?.journal ?? [])
        if (field.startsWith("w:") && !past.winners.has(field.slice(2))) past.winners.set(field.slice(2), Number(dispatch));
      break;
    case "own":
      if (isOk) [past.owner, past.ownerInbox] = [Number(said), action.inbox];
      break;
    case "intend":
      if (isOk && !past.intents.has(action.dispatch)) past.intents.set(action.dispatch, action);
      break;
    case "release":
      if (!isOk || past.decisions.has(action.stage)) break;
      past.decisions.set(action.stage, action.decision);
      for (const cell of action.cells) past.released.add(cellKey(cell));
      break;
    case "lose":
      if (action.try === null || after.runs.get(past.run)?.cells.has(cellKey(action)) !== true) break;
      if (!past.ended.has(tryKey({ ...action, try: action.try }))) past.ended.set(tryKey({ ...action, try: action.try }), "failed");
      break;
    case "finish":
      if (isOk) past.terminal = action.state;
      break;
    case "begin":
      if (action.endsPrevious && after.runs.get(past.run)?.cells.has(cellKey(action)) === true)
        past.ended.set(tryKey({ ...action, try: action.try - 1 }), "failed");
      if (!isOk) break;
      past.granted.set(cellKey(action), action);
      past.started.add(tryKey(action));
      break;
    case "append": {
      const stream = `${action.step}@${String(said)}`;
      if (isOk) past.appended.set(stream, Math.max(past.appended.get(stream) ?? 0, action.index + 1));
      break;
    }
    case "commit":
      if (outcome === "succeeded" && !past.winners.has(wonStep(action.step))) past.winners.set(wonStep(action.step), action.dispatch);
      if (!past.ended.has(tryKey(action))) past.ended.set(tryKey(action), outcome);
      break;
    case "accept":
    case "adopt":
    case "enter":
    case "pardon":
    case "park":
    case "revive":
    case "suffer":
    case "wait":
      break;
  }
}

/** The grace of a run from when somebody left it, and who alone keeps it then. */
export function graceAfter(left: ActionOf<"detach">, { graceMs, keptBy }: RunHistory): [graceMs: number, keptBy: RunHistory["keptBy"]] {
  if (left.takesKeepBack && keptBy?.listener === left.listener) return [keptBy.graceMs, null];
  return left.graceMs === null ? [graceMs, keptBy] : [left.graceMs, null];
}

/** Whether the run is known, not gone, and has not ended. */
export function isLive(past: RunHistory | undefined): past is RunHistory {
  return past !== undefined && !past.isGone && !isTerminal(past.terminal);
}
