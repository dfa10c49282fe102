import { FAILURE_CLASSES, type Failure } from "@composite-llm/core";
import { z } from "zod";
import type { Message, ModelResult, Params } from "./model.ts";
import type { Usage } from "./usage.ts";
import { PRIORITIES, type Priority, ROLES, type Role } from "./run-plan.ts";

/** How a call ended. `late` and `duplicate` answers arrived when nobody waited for them any more. */
export const CALL_STATUSES = ["succeeded", "failed", "cancelled", "late", "duplicate", "lost"] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/** Where a price came from, the most trusted first. */
export const COST_SOURCES = ["provider", "override", "catalog", "estimated", "unpriced"] as const;
export type CostSource = (typeof COST_SOURCES)[number];

/** Where the result of a call goes: a step of a run and the dispatch that carried it. */
export interface CallCell {
  step: string;
  dispatch: number;
}

/**
 * What a call stands for in its run: 0 the last call of a run that paid for earlier stages, 1 one that builds on answers that were paid for, 2 one
 * that begins something new. Where a provider has no room for all, the lower goes first: what was paid for is finished.
 */
export const CALL_RANKS = [0, 1, 2] as const;
export type CallRank = (typeof CALL_RANKS)[number];

/** One call of a dispatch. */
export interface CallStep {
  /** `<stage>.<layer>.<slot>`, `final` for the last one; behind `<step>/` when it belongs to a nested composite; with `~1` at another place. */
  step: string;
  stage: string;
  slot: number;
  role: Role;
  rank: CallRank;
  model: string;
  params: Params;
  /** Index into the job's `prompts`: calls of a stage share their messages. */
  prompt: number;
  /** Kind of event under which its text stands in the run's events; null where nobody may see it. */
  publish: "delta" | "member_delta" | null;
  /** Whether the text is published as it comes, and not in one piece when it is committed. */
  stream: boolean;
  /** Whether whoever waits for it is told when its first request leaves. */
  watched?: boolean;
  /** Whether it is made at another place when it fails: then it is not worth waiting for a provider that lets nothing through. */
  hasFallback?: boolean;
  /** Requests that were made for it before it was given up and dispatched anew; none when absent. */
  tried?: number;
}

/** A job of the queue `calls-<provider>`: all calls of one stage to one provider. Its id is `<run>.<dispatch>`. */
export interface CallJob {
  v: 1;
  run: string;
  dispatch: number;
  /** Whose run it is, as in its plan. */
  caller: string;
  priority: Priority;
  provider: string;
  /** Digest of what was intended; a job that does not match the journal's intent is refused. */
  digest: string;
  prompts: Message[][];
  steps: CallStep[];
  /** End of the time for these calls, Redis time in ms since 1970. */
  deadlineMs: number;
  /** When it was dispatched, Redis time in ms since 1970. */
  queuedAtMs: number;
}

/** What became of a call, as its caller commits it. Exactly one of `result` and `failure` is set, unless it was cancelled. */
export interface CallReport {
  v: 1;
  step: string;
  dispatch: number;
  provider: string;
  model: string;
  servedModel: string | null;
  tries: number;
  queueWaitMs: number;
  admissionWaitMs: number;
  ttftMs: number | null;
  latencyMs: number;
  /** Redis time in ms since 1970. */
  startedAtMs: number;
  endedAtMs: number;
  /** Summed over all tries. */
  usage: Usage;
  costNanoUsd: number | null;
  costSource: CostSource;
  /** Parameters that were translated or dropped, in words. */
  adjusted: string[];
  result: ModelResult | null;
  failure: Failure | null;
}

const callStep = z.object({
  step: z.string().min(1),
  stage: z.string(),
  slot: z.int().min(0),
  role: z.enum(ROLES),
  rank: z.literal(CALL_RANKS).default(2),
  model: z.string().min(1),
  params: z.custom<Params>((value) => typeof value === "object" && value !== null),
  prompt: z.int().min(0),
  publish: z.enum(["delta", "member_delta"]).nullable(),
  stream: z.boolean(),
  watched: z.boolean().exactOptional(),
  hasFallback: z.boolean().exactOptional(),
  tried: z.int().min(1).exactOptional(),
});

const callJob = z.object({
  v: z.literal(1),
  run: z.string().min(1),
  dispatch: z.int().min(1),
  // Jobs of the release before have neither, nor ranks.
  caller: z.string().default("anonymous"),
  priority: z.enum(PRIORITIES).default("interactive"),
  provider: z.string().min(1),
  digest: z.string(),
  prompts: z.array(z.custom<Message[]>((value) => Array.isArray(value))),
  steps: z.array(callStep).min(1),
  deadlineMs: z.number(),
  queuedAtMs: z.number(),
});

const failure = z.object({
  class: z.enum(FAILURE_CLASSES),
  message: z.string(),
  status: z.number().nullable(),
  code: z.string().nullable(),
  param: z.string().nullable(),
  retryAfterMs: z.number().nullable(),
});

const usage = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cachedTokens: z.number(),
  cacheWriteTokens: z.number(),
  reasoningTokens: z.number(),
});

const callReport = z.object({
  v: z.literal(1),
  step: z.string(),
  dispatch: z.number(),
  provider: z.string(),
  model: z.string(),
  servedModel: z.string().nullable(),
  tries: z.number(),
  queueWaitMs: z.number(),
  admissionWaitMs: z.number(),
  ttftMs: z.number().nullable(),
  latencyMs: z.number(),
  startedAtMs: z.number(),
  endedAtMs: z.number(),
  usage,
  costNanoUsd: z.number().nullable(),
  costSource: z.enum(COST_SOURCES),
  adjusted: z.array(z.string()),
  result: z
    .custom<ModelResult>((value) => typeof value === "object" && value !== null && Array.isArray((value as ModelResult).choices))
    .nullable(),
  failure: failure.nullable(),
});

/** @throws ZodError when the payload is not a call job of a version that this release reads */
export function parseCallJob(value: unknown): CallJob {
  return callJob.parse(value);
}

/** @throws ZodError when the payload is not a call report of a version that this release reads */
export function parseCallReport(value: unknown): CallReport {
  return callReport.parse(value);
}
