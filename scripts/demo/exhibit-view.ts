import type { CallStatus, Role } from "@composite-llm/contracts";
import type { ExhibitNews, RunSummary } from "./exhibit-news.ts";

type CallNews = Extract<ExhibitNews, { kind: "call" }>["data"];

/** One call of a model, as far as it has been told of. Times are of the watcher's monotonic clock. */
export interface CallView {
  step: string;
  slot: number;
  role: Role;
  provider: string;
  model: string;
  state: CallNews["state"];
  /** When it was sent, or queued as long as it was not. */
  sinceMs: number;
  /** Measured where it was made; null while it is open. */
  latencyMs: number | null;
  failure: string | null;
  tokens: number | null;
  costUsd: number | null;
  /** Slots of the answers that a reviewer ranked, best first; empty for an abstention, null before it is known. */
  ballot: readonly number[] | null;
}

export interface StageView {
  name: string;
  index: number;
  startedMs: number;
  endedMs: number | null;
  /** Why it was released. */
  reason: string | null;
  calls: readonly CallView[];
}

/** Everything that is known of one request while its answer streams. */
export interface ExhibitView {
  title: string;
  model: string;
  startedMs: number;
  endedMs: number | null;
  firstTextMs: number | null;
  stages: readonly StageView[];
  text: string;
  summary: RunSummary | null;
  problem: string | null;
}

/** The stage whose text is the answer. */
const FINAL = "final";
const ENDED: ReadonlySet<string> = new Set<CallStatus>(["succeeded", "failed", "cancelled", "late", "duplicate", "lost"]);

export function hasCallEnded({ state }: Pick<CallView, "state">): boolean {
  return ENDED.has(state);
}

export function beginExhibit(title: string, model: string, nowMs: number): ExhibitView {
  return { title, model, startedMs: nowMs, endedMs: null, firstTextMs: null, stages: [], text: "", summary: null, problem: null };
}

/** `propose` of `propose.0.1` and of its hedge `propose.0.1~1`; the last step is a stage of its own. */
function stageNameOf(step: string): string {
  return step.replace(/~\d+$/, "").replace(/\.\d+\.\d+$/, "");
}

/** Replaces the last one that fits, or adds one. */
function put<Item>(items: readonly Item[], fits: (item: Item) => boolean, change: (item: Item | undefined) => Item): Item[] {
  const index = items.findLastIndex(fits);
  return index === -1 ? [...items, change(undefined)] : items.with(index, change(items[index]));
}

function changeCall(known: CallView | undefined, data: CallNews, nowMs: number): CallView {
  const { step, slot, role, provider, model, state } = data;
  // A report may overtake another on its way: what has ended stays so.
  if (known !== undefined && hasCallEnded(known) && !ENDED.has(state)) return known;
  return {
    step,
    slot,
    role,
    provider,
    model,
    state,
    sinceMs: known === undefined || state === "sent" ? nowMs : known.sinceMs,
    latencyMs: ENDED.has(state) ? (data.latency_ms ?? nowMs - (known?.sinceMs ?? nowMs)) : null,
    failure: data.class ?? null,
    tokens: data.usage?.total_tokens ?? known?.tokens ?? null,
    costUsd: data.cost_usd ?? known?.costUsd ?? null,
    ballot: known?.ballot ?? null,
  };
}

function beginStage(name: string, index: number, nowMs: number): StageView {
  return { name, index, startedMs: nowMs, endedMs: null, reason: null, calls: [] };
}

function changeStageOf(view: ExhibitView, step: string, nowMs: number, change: (calls: readonly CallView[]) => CallView[]): ExhibitView {
  const name = stageNameOf(step);
  // Rounds of a stage share its name: a step that is known stays where it is, a new one belongs to the latest round.
  const known = view.stages.find(({ calls }) => calls.some((call) => call.step === step));
  const stages = put(
    view.stages,
    (stage) => (known === undefined ? stage.name === name : stage === known),
    (stage) => {
      const { calls, ...rest } = stage ?? beginStage(name, view.stages.length, nowMs);
      const changed = change(calls);
      // Nobody releases a last stage: it ends with its call.
      const isOver = step === name && changed.every((call) => hasCallEnded(call));
      const inOrder = changed.toSorted((left, right) => left.slot - right.slot);
      return { ...rest, calls: inOrder, endedMs: isOver ? (rest.endedMs ?? nowMs) : rest.endedMs };
    },
  );
  return { ...view, stages };
}

function changeOpenCalls(view: ExhibitView, stage: string, change: (call: CallView) => CallView): ExhibitView {
  const changed = (calls: readonly CallView[]): CallView[] => calls.map((call) => (hasCallEnded(call) ? call : change(call)));
  return { ...view, stages: view.stages.map((each) => (each.name === stage ? { ...each, calls: changed(each.calls) } : each)) };
}

/** The view after one more thing is known. */
export function applyNews(view: ExhibitView, news: ExhibitNews, nowMs: number): ExhibitView {
  switch (news.kind) {
    case "stage": {
      const { name, index, state, reason } = news.data;
      const stages = put(
        view.stages,
        (stage) => stage.index === index,
        (stage) => {
          const known = stage ?? beginStage(name, index, nowMs);
          return state === "released" ? { ...known, endedMs: nowMs, reason } : known;
        },
      );
      return { ...view, stages };
    }
    case "call": {
      const { step } = news.data;
      return changeStageOf(view, step, nowMs, (calls) =>
        put(
          calls,
          (call) => call.step === step,
          (call) => changeCall(call, news.data, nowMs),
        ),
      );
    }
    case "ballot": {
      const { step, ranking } = news.data;
      return changeStageOf(view, step, nowMs, (calls) => calls.map((call) => (call.step === step ? { ...call, ballot: ranking } : call)));
    }
    case "text": {
      // Whose text it is goes without saying, and is not said.
      const writing = changeOpenCalls(view, FINAL, (call) => ({ ...call, state: "first_token" }));
      return { ...writing, text: view.text + news.text, firstTextMs: view.firstTextMs ?? nowMs };
    }
    case "summary":
      return { ...view, summary: news.data };
    case "problem":
      return { ...view, problem: news.message };
  }
}

/** The view once nothing more can come. */
export function endExhibit(view: ExhibitView, nowMs: number): ExhibitView {
  const problem = view.problem ?? (view.summary === null ? "The stream ended without a result." : null);
  return { ...view, endedMs: nowMs, problem };
}
