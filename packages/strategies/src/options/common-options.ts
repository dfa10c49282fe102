import { z } from "zod";
import { closedObject } from "./closed-object.ts";
import { MAX_SLOTS } from "./member.ts";

/** Longest time that a run or a stage may be given: one hour. */
export const MAX_DEADLINE_MS = 3_600_000;

const durationMs = z.int().max(MAX_DEADLINE_MS);

const stagePolicy = closedObject({
  min_success: z
    .int()
    .min(1)
    .max(MAX_SLOTS)
    .optional()
    .describe(
      "Answers that are enough: with them the stage waits `grace_ms` for the others, not at all unless that is set; all answers are waited for without it",
    ),
  grace_ms: durationMs.min(0).optional().describe("How long stragglers are waited for once there are `min_success` answers"),
  deadline_ms: durationMs.min(1).optional().describe("Longest time of the stage"),
  keep_late: z.boolean().optional().describe("Let stragglers finish and store what arrives, instead of cancelling them"),
});

/**
 * The options of every strategy, beside its own. Parse the merged options of configuration, profile and request once:
 * parsing each by itself would let a default override what an earlier layer had set.
 */
export const commonOptions = closedObject({
  stages: z
    .record(z.string().min(1).max(64), stagePolicy)
    .default({})
    .describe("Per stage name: `min_success`, `grace_ms`, `deadline_ms`, `keep_late`"),
  total_deadline_ms: durationMs
    .min(1)
    .optional()
    .describe(`Longest time of the run in milliseconds, at most ${MAX_DEADLINE_MS}; the configuration's unless set`),
  hedge: z
    .boolean()
    .default(false)
    .describe(
      "Call a member of a stage a second time, at the place that `models.fallbacks` names for its model, when it is silent for longer than 95 of its last 100 calls took; the first success counts, the other call is cancelled",
    ),
  max_cost_usd: z
    .number()
    .positive()
    .max(1_000_000)
    .optional()
    .describe("What the run may cost at most, in US dollars; it has no effect yet"),
  priority: z.enum(["interactive", "batch"]).default("interactive").describe("`interactive` goes before `batch`"),
  on_disconnect: z
    .enum(["cancel", "grace", "continue"])
    .optional()
    .describe(
      "What a client that hangs up does to its run: `cancel`, `continue`, or `grace`, which cancels it after 3 s unless somebody joined it; `grace` for a client that may come back and `cancel` for others unless set",
    ),
  restart: z
    .enum(["error", "buffer"])
    .default("error")
    .describe(
      "When the final call restarts after its first token: `error` ends the stream with an error, `buffer` holds every token back until the answer is whole",
    ),
  usage: z.enum(["sum", "final"]).default("sum").describe("`usage` of the response: the `sum` of all calls, or the `final` call alone"),
  stream_events: z.boolean().default(false).describe("Send the progress of inner stages on the chat stream"),
  stream_members: z.boolean().default(false).describe("Send the members' own tokens as events"),
  include_trace: z.boolean().default(false).describe("Put a readable summary of the panel into `reasoning_content`"),
  metadata: z
    .record(z.string().min(1).max(64), z.string().max(512))
    .refine((pairs) => Object.keys(pairs).length <= 16, "`metadata` holds at most 16 pairs")
    .default({})
    .describe("Up to 16 pairs of text that are kept with the run"),
});

export type CommonOptions = z.infer<typeof commonOptions>;
