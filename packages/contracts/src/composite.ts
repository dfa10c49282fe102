import type { FailureClass } from "@composite-llm/core";
import type { CallStatus, CostSource } from "./call.ts";
import type { ResultChoice } from "./model.ts";
import type { Role } from "./run-plan.ts";

/** `usage` as OpenAI clients read it. */
export interface WireUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number };
  completion_tokens_details: { reasoning_tokens: number };
}

export const DEGRADED_CODES = [
  "member_failed",
  "quorum_only",
  "reviews_skipped",
  "synthesis_skipped",
  "single_survivor",
  "panel_shrunk",
  "output_capped",
  "tools_final_only",
  "state_expired",
  "fallback_model",
] as const;
export type DegradedCode = (typeof DEGRADED_CODES)[number];

/** Something that was done with less than was asked for. */
export interface Degraded {
  code: DegradedCode;
  stage: string | null;
  slot: number | null;
}

/** A council's aggregate opinion of one answer. `score`: normalized Borda, 1 best, 0 worst. */
export interface Ranking {
  slot: number;
  label: string;
  score: number;
  mean_position: number;
  ballots: number;
}

export interface CompositeCall {
  step: string;
  slot: number;
  role: Role;
  provider: string;
  model: string;
  served_model: string | null;
  /** `open` only in a run that is looked at while the call is under way. */
  status: CallStatus | "open";
  class: FailureClass | null;
  tries: number;
  queue_wait_ms: number;
  admission_wait_ms: number;
  ttft_ms: number | null;
  latency_ms: number;
  usage: WireUsage;
  cost_usd: number | null;
  cost_source: CostSource;
  adjusted: string[];
}

export interface CompositeStage {
  name: string;
  index: number;
  /** Null only in a run that is looked at while the stage is under way. */
  released: "all" | "quorum" | "deadline" | "ladder" | null;
  latency_ms: number;
  calls: CompositeCall[];
}

/** `composite` of a chat completion: what ran behind the one model name. */
export interface CompositeExtension {
  run_id: string;
  trace_id: string;
  strategy: string;
  profile: string | null;
  simulated: boolean;
  plan_version: string;
  stages: CompositeStage[];
  ranking: Ranking[];
  usage: WireUsage;
  /** US dollars; null when no call could be priced. */
  cost_usd: number | null;
  cost_final: boolean;
  wasted_usd: number;
  calls: number;
  latency_ms: number;
  critical_path: string[];
  degraded: Degraded[];
  failed: { step: string; class: FailureClass }[];
}

/** A chat completion as our gateway answers it. */
export interface ChatCompletion {
  id: string;
  object: "chat.completion";
  /** Seconds since 1970. */
  created: number;
  model: string;
  choices: ResultChoice[];
  usage: WireUsage;
  composite: CompositeExtension;
}
