import type { ApiErrorBody } from "@composite-llm/core";
import type { ChatCompletion, CompositeExtension } from "./composite.ts";
import { type Quarantined, type QuarantineObject, toQuarantineObject } from "./quarantine.ts";
import type { RunEvent, RunState } from "./run-event.ts";
import type { RunPlan } from "./run-plan.ts";
import { type RunJournal, toRunProgress } from "./run-progress.ts";

/** A run as clients see it. Times are RFC 3339 in UTC. */
export interface RunObject {
  id: string;
  object: "composite.run";
  status: RunState;
  /** Why a running run makes no progress, and until when; null while it does. */
  waiting: { until: string; reason: string } | null;
  model: string;
  background: boolean;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  deadline_at: string;
  /** When its content goes. */
  expires_at: string;
  composite: CompositeExtension;
  result: ChatCompletion | null;
  error: ApiErrorBody | null;
  metadata: Record<string, string>;
  /** The failed run that it repeats. */
  retry_of: string | null;
  /** Itself, or calls of it, while they run alone because they kept killing their workers. */
  quarantine: QuarantineObject[];
}

/** What is stored of a run. Times are Redis times in ms since 1970. */
export interface RunFacts {
  run: string;
  state: RunState;
  plan: RunPlan;
  createdAtMs: number;
  startedAtMs: number | null;
  endedAtMs: number | null;
  deadlineAtMs: number;
  /** Until when at most it is put aside; null when it is not. */
  parkedUntilMs: number | null;
  expiresAtMs: number;
  retryOf: string | null;
  /** Null when the run itself is in no quarantine. */
  quarantined: Quarantined | null;
  outcome: Extract<RunEvent, { kind: "finished" | "error" }> | null;
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

function toTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : toTime(ms);
}

/** @param nowMs for how long a run that is under way has taken */
export function toRunObject(facts: RunFacts, journal: RunJournal, nowMs: number): RunObject {
  const { run, state, plan, createdAtMs, endedAtMs, outcome } = facts;
  const result = outcome?.kind === "finished" ? outcome.data.completion : null;
  const latencyMs = Math.max(0, (endedAtMs ?? nowMs) - createdAtMs);
  return {
    id: run,
    object: "composite.run",
    status: state,
    waiting: state !== "running" || facts.parkedUntilMs === null ? null : { until: toTime(facts.parkedUntilMs), reason: "rate_limited" },
    model: plan.model,
    background: plan.background,
    created_at: toTime(createdAtMs),
    started_at: toTimeOrNull(facts.startedAtMs),
    ended_at: toTimeOrNull(endedAtMs),
    deadline_at: toTime(facts.deadlineAtMs),
    expires_at: toTime(facts.expiresAtMs),
    composite: toRunProgress(run, plan, journal, latencyMs, endedAtMs !== null, result),
    result,
    error: outcome?.kind === "error" ? outcome.data.error : null,
    metadata: plan.metadata,
    retry_of: facts.retryOf,
    quarantine:
      endedAtMs === null
        ? [...(facts.quarantined === null ? [] : [facts.quarantined]), ...journal.quarantined].map(toQuarantineObject)
        : [],
  };
}
