import type { ApiErrorBody, FailureClass } from "@composite-llm/core";
import type { CallStatus } from "./call.ts";
import type { ChatCompletion, WireUsage } from "./composite.ts";
import type { ToolCallDelta } from "./model.ts";
import type { Role } from "./run-plan.ts";

export const RUN_EVENT_KINDS = ["run", "stage", "call", "member_delta", "delta", "reset", "ballot", "finished", "error"] as const;
export type RunEventKind = (typeof RUN_EVENT_KINDS)[number];

export type RunState = "queued" | "running" | "succeeded" | "failed" | "cancelled";

/** The whole result of a run. */
export interface RunFinished {
  completion: ChatCompletion;
}

/** Why a run has no result: the status, headers and body of the answer. */
export interface RunError {
  status: number;
  headers: Record<string, string>;
  error: ApiErrorBody;
}

interface EventData {
  /** `quarantine`: from here on the run, or a call of it, runs alone because so many workers died on it. */
  run: { status: RunState; quarantine?: { step: string | null; deaths: number } };
  stage: { name: string; index: number; state: "started" | "released"; reason: string | null };
  call: {
    step: string;
    slot: number;
    role: Role;
    provider: string;
    model: string;
    state: "queued" | "waiting" | "sent" | "first_token" | CallStatus;
    class?: FailureClass | null;
    usage?: WireUsage;
    cost_usd?: number | null;
    latency_ms?: number;
  };
  member_delta: { step: string; stream_attempt: number; text: string };
  delta: {
    step: string;
    stream_attempt: number;
    /** Choice that it belongs to; left out for the first. */
    choice?: number;
    text?: string;
    reasoning?: string;
    refusal?: string;
    tool_calls?: ToolCallDelta[];
    logprobs?: unknown;
  };
  reset: { step: string; stream_attempt: number };
  ballot: { step: string; ranking: number[]; critique: string | null };
  finished: RunFinished;
  error: RunError;
}

/** One event of a run. `number` rises by one over all events of the run, whoever wrote them. */
export type RunEvent = { [Kind in RunEventKind]: { number: number; kind: Kind; data: EventData[Kind] } }[RunEventKind];
