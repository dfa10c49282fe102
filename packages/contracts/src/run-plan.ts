import { z } from "zod";
import type { Message, Params } from "./model.ts";

export const ROLES = ["single", "proposer", "aggregator", "member", "reviewer", "chairman", "analyst", "judge", "critic"] as const;
export type Role = (typeof ROLES)[number];

/** Whether somebody waits for a run. */
export const PRIORITIES = ["interactive", "batch"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** When a stage may go on, and what happens to those who are not done by then. */
export interface StagePolicy {
  /** Answers that are enough. */
  minSuccess: number;
  /** How long stragglers are waited for once they are enough; null: until the deadline. */
  graceMs: number | null;
  /** Longest time of the stage; null: the run's own deadline. */
  deadlineMs: number | null;
  /** Let stragglers finish and store what arrives, instead of cancelling them. */
  keepLate: boolean;
}

/** Another place of a member's model. */
export interface PlannedPlace {
  provider: string;
  model: string;
  params: Params;
}

/** A model in a slot, resolved to a provider; with `nested` a composite that runs inside this run. */
export interface PlannedMember {
  /** As the client or the configuration named it. */
  name: string;
  provider: string;
  model: string;
  params: Params;
  nested: PlannedStrategy | null;
  /** Where the call goes, in this order, when it fails for a reason that another place need not share. Absent: nowhere. */
  fallbacks?: PlannedPlace[];
  /** Where it goes a second time, also, when it is silent for too long: the first of the fallbacks. Absent where it may not. */
  hedge?: PlannedPlace;
}

/** Other places of a member's model. Plans of the release before name one only where calls may be hedged. */
export function otherPlaces({ fallbacks, hedge }: PlannedMember): readonly PlannedPlace[] {
  return fallbacks ?? (hedge === undefined ? [] : [hedge]);
}

export interface PlannedSlot {
  slot: number;
  role: Role;
  member: PlannedMember;
}

export interface PlannedStage {
  name: string;
  /** Repetition of the stage, from 0. */
  layer: number;
  slots: PlannedSlot[];
  policy: StagePolicy;
}

/** A strategy with its options validated, its members resolved and its chance decided. */
export interface PlannedStrategy {
  strategy: string;
  options: Record<string, unknown>;
  stages: PlannedStage[];
  /** The last call; its answer is the client's, unless the strategy returns a member's. */
  final: PlannedSlot;
  /** All randomness of the run comes from here, so that a replay decides the same. */
  seed: number;
}

/** The client's request, kept as it came: messages untouched, every other field in `params`. */
export interface RunRequest {
  messages: Message[];
  /** For the final stage only. */
  params: Params;
}

/** How the result is handed over; not part of what is computed. */
export interface Delivery {
  stream: boolean;
  includeUsage: boolean;
  usage: "sum" | "final";
  streamEvents: boolean;
  streamMembers: boolean;
  includeTrace: boolean;
}

/** Whom to tell when the run ended. */
export interface Webhook {
  url: string;
  /** Name of the signing secret in the configuration; never the secret itself. */
  secret: string;
}

/** Everything that decides a run, stored when it is accepted. */
export interface RunPlan {
  v: 1;
  /** Digest of the strategy's name, options, members and policies: equal for runs that can be compared. */
  planVersion: string;
  /** The model name as requested; the response repeats it. */
  model: string;
  profile: string | null;
  /** `anonymous`, or the configured name of the API key. */
  caller: string;
  root: PlannedStrategy;
  request: RunRequest;
  delivery: Delivery;
  /** Whether it was handed in to run without a client that waits. */
  background: boolean;
  webhook: Webhook | null;
  /** Stages to leave out because the request continues a tool call: only the final call is made. */
  finalOnly: boolean;
  totalDeadlineMs: number;
  priority: Priority;
  /** Whether the mock provider answers. */
  simulated: boolean;
  traceId: string;
  metadata: Record<string, string>;
  /** Milliseconds since 1970. */
  createdAtMs: number;
}

/** A job of the queue `runs`. Its id is `<run>.<number>`; the plan itself is in the run's own keys. */
export interface RunJob {
  v: 1;
  run: string;
}

const params = z.custom<Params>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

const place = z.object({ provider: z.string(), model: z.string(), params });

const member: z.ZodType<PlannedMember> = z.object({
  name: z.string(),
  provider: z.string(),
  model: z.string(),
  params,
  get nested() {
    return strategy.nullable();
  },
  fallbacks: z.array(place).exactOptional(),
  hedge: place.exactOptional(),
});

const slot = z.object({ slot: z.int().min(0), role: z.enum(ROLES), member });

const strategy: z.ZodType<PlannedStrategy> = z.object({
  strategy: z.string(),
  options: z.record(z.string(), z.unknown()),
  stages: z.array(
    z.object({
      name: z.string(),
      layer: z.int().min(0),
      slots: z.array(slot),
      policy: z.object({
        minSuccess: z.int().min(1),
        graceMs: z.number().nullable(),
        deadlineMs: z.number().nullable(),
        keepLate: z.boolean(),
      }),
    }),
  ),
  final: slot,
  seed: z.int(),
});

const runPlan: z.ZodType<RunPlan> = z.object({
  v: z.literal(1),
  planVersion: z.string(),
  model: z.string(),
  profile: z.string().nullable(),
  caller: z.string(),
  root: strategy,
  request: z.object({ messages: z.custom<Message[]>((value) => Array.isArray(value)), params }),
  delivery: z.object({
    stream: z.boolean(),
    includeUsage: z.boolean(),
    usage: z.enum(["sum", "final"]),
    streamEvents: z.boolean(),
    streamMembers: z.boolean(),
    includeTrace: z.boolean(),
  }),
  // Plans of the release before have neither.
  background: z.boolean().default(false),
  webhook: z.object({ url: z.string(), secret: z.string() }).nullable().default(null),
  finalOnly: z.boolean(),
  totalDeadlineMs: z.number(),
  priority: z.enum(PRIORITIES),
  simulated: z.boolean(),
  traceId: z.string(),
  metadata: z.record(z.string(), z.string()),
  createdAtMs: z.number(),
});

const runJob = z.object({ v: z.literal(1), run: z.string() });

/** @throws ZodError when the stored plan is not of a version that this release reads */
export function parseRunPlan(value: unknown): RunPlan {
  return runPlan.parse(value);
}

/** @throws ZodError when the payload is not a run job of a version that this release reads */
export function parseRunJob(value: unknown): RunJob {
  return runJob.parse(value);
}
