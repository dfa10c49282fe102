import type { CallReport } from "./call.ts";
import { outcomesByStep, type SettledCall, slotsByStep, sumCostUsd, toCompositeCall } from "./composite-call.ts";
import type { ChatCompletion, CompositeCall, CompositeExtension, CompositeStage } from "./composite.ts";
import type { Quarantined } from "./quarantine.ts";
import type { RunPlan } from "./run-plan.ts";
import { wonStep } from "./step-key.ts";
import { addUsage, NO_USAGE, toWireUsage } from "./usage.ts";

/** What a run has decided and received so far. */
export interface RunJournal {
  /** Stage key → when it began, Redis time. */
  entered: ReadonlyMap<string, number>;
  /** Stage key → the decision with which it ended: JSON with `reason` and `atMs`. */
  released: ReadonlyMap<string, string>;
  settled: readonly (SettledCall & { dispatch: number })[];
  open: readonly { step: string; dispatch: number }[];
  /** Calls that were sent and cancelled, and whose cost is not known yet. */
  unreported: number;
  /** Calls that run alone because they kept killing their workers. */
  quarantined: readonly Quarantined[];
}

/** The key of the stage that a step belongs to, `propose.0` of `propose.0.2~1`; the last call is a stage of its own. */
function stageOf(step: string): string {
  return wonStep(step).replace(/\.\d+$/, "");
}

function decisionOf(text: string | undefined): { reason: CompositeStage["released"]; atMs: number | null } {
  if (text === undefined) return { reason: null, atMs: null };
  const { reason, atMs } = JSON.parse(text) as { reason: CompositeStage["released"]; atMs: number };
  return { reason, atMs };
}

function endOf(reports: readonly CallReport[]): number {
  return Math.max(Number.NEGATIVE_INFINITY, ...reports.map(({ endedAtMs }) => endedAtMs));
}

function stagesSoFar(plan: RunPlan, journal: RunJournal): CompositeStage[] {
  const slots = slotsByStep(plan.root);
  const known = outcomesByStep(journal.settled);
  const steps = [...new Set([...known.keys(), ...journal.open.map(({ step }) => step)])].toSorted();
  const isOpen = new Set(journal.open.map(({ step }) => step));
  return [...journal.entered]
    .toSorted(([, left], [, right]) => left - right)
    .map(([key, beganAtMs], index) => {
      const own = steps.filter((step) => stageOf(step) === key);
      const calls = own.flatMap((step): CompositeCall[] => {
        const slot = slots.get(wonStep(step));
        if (slot === undefined) return [];
        const call = toCompositeCall(slot, step, known.get(step));
        return [known.has(step) ? call : { ...call, status: "open" }];
      });
      const { reason, atMs } = decisionOf(journal.released.get(key));
      const isLastCall = /(?:^|\/)final$/.test(key);
      const hasEnded = reason !== null || (isLastCall && own.length > 0 && own.every((step) => !isOpen.has(step)));
      const endedAtMs = atMs ?? endOf(own.flatMap((step) => known.get(step)?.report ?? []));
      return {
        name: isLastCall ? key : key.replace(/\.\d+$/, ""),
        index,
        released: hasEnded ? (reason ?? "all") : null,
        latency_ms: Math.max(0, Number.isFinite(endedAtMs) ? endedAtMs - beganAtMs : 0),
        calls,
      };
    });
}

/** The stages as the result has them, with what has become known of their calls since. */
function stagesSince(plan: RunPlan, journal: RunJournal, { composite }: ChatCompletion): CompositeStage[] {
  const slots = slotsByStep(plan.root);
  const known = outcomesByStep(journal.settled);
  return composite.stages.map((stage) => ({
    ...stage,
    calls: stage.calls.map((call) => {
      const slot = slots.get(wonStep(call.step));
      const settled = known.get(call.step);
      return slot === undefined || settled === undefined ? call : toCompositeCall(slot, call.step, settled);
    }),
  }));
}

/**
 * `composite` of a run as it stands: while it is under way, after it failed, and with what arrived after its end.
 *
 * @param latencyMs how long it has taken so far, or took
 * @param completion its result; null when it has none
 */
export function toRunProgress(
  run: string,
  plan: RunPlan,
  journal: RunJournal,
  latencyMs: number,
  hasEnded: boolean,
  completion: ChatCompletion | null,
): CompositeExtension {
  const reports = journal.settled.flatMap(({ report }) => report ?? []);
  const wasted = journal.settled.flatMap(({ status, report }) => (status === "succeeded" ? [] : (report ?? [])));
  const totals = {
    usage: toWireUsage(reports.map(({ usage }) => usage).reduce(addUsage, NO_USAGE)),
    cost_usd: sumCostUsd(reports),
    cost_final: hasEnded && journal.open.length === 0 && journal.unreported === 0,
    wasted_usd: sumCostUsd(wasted) ?? 0,
  };
  if (completion !== null) return { ...completion.composite, ...totals, stages: stagesSince(plan, journal, completion) };
  const stages = stagesSoFar(plan, journal);
  const calls = stages.flatMap((stage) => stage.calls);
  const won = new Set(calls.filter(({ status }) => status === "succeeded").map(({ step }) => wonStep(step)));
  return {
    run_id: run,
    trace_id: plan.traceId,
    strategy: plan.root.strategy,
    profile: plan.profile,
    simulated: plan.simulated,
    plan_version: plan.planVersion,
    stages,
    ranking: [],
    ...totals,
    calls: calls.length,
    latency_ms: latencyMs,
    critical_path: [],
    degraded: [],
    failed: calls.flatMap(({ step, status, class: failure }) =>
      status === "failed" && failure !== null && !won.has(wonStep(step)) ? [{ step, class: failure }] : [],
    ),
  };
}
