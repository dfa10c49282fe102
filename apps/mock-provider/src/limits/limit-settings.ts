import { z } from "zod";

const perMinute = z.number().positive().max(1e12).nullable().default(null);

const match = z
  .strictObject({
    /** Null, as in all of them: any. */
    wire: z.enum(["openai", "anthropic"]).nullable().default(null),
    /** As asked for, directives and all; a `*` at its end stands for anything. */
    model: z.string().min(1).nullable().default(null),
    key: z.string().min(1).nullable().default(null),
  })
  .prefault({});

/** Which requests something holds for. */
export type LimitMatch = z.infer<typeof match>;

const rule = z.strictObject({
  match,
  /** Who shares its limits: all requests, those of one key, those for one model, or those of one key for one model. */
  per: z.enum(["all", "key", "model", "key_and_model"]).default("all"),
  requests_per_minute: perMinute,
  tokens_per_minute: perMinute,
  input_tokens_per_minute: perMinute,
  output_tokens_per_minute: perMinute,
  concurrent: z.int().positive().nullable().default(null),
});

export type LimitRule = z.infer<typeof rule>;

const outage = z.strictObject({
  /** Its end, by the machine's wall clock; or its length in the mock's own time. */
  until: z.union([z.number(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))]).optional(),
  for_ms: z.number().positive().optional(),
  status: z.int().min(400).max(599).default(503),
  match,
});

const settings = z.strictObject({
  rules: z.array(rule).default([]),
  burst_seconds: z.number().positive().max(60).default(1),
  tokens_counted: z.enum(["requested", "used"]).default("requested"),
  refusal_status: z.union([z.literal(429), z.literal(529)]).default(429),
  retry_after: z.enum(["none", "seconds", "ms", "date"]).default("none"),
  headers: z.boolean().default(false),
  outage: outage
    .refine((asked) => (asked.until === undefined) !== (asked.for_ms === undefined), "needs either until or for_ms")
    .nullable()
    .default(null),
  clock_scale: z.number().positive().max(1000).default(1),
});

/** What the mock enforces; everything has a default, under which it enforces nothing. */
export type LimitSettings = z.infer<typeof settings>;

export const NO_LIMITS: LimitSettings = settings.parse({});

/** Reads settings; every problem at once, as one sentence. */
export function parseLimitSettings(text: string): { settings: LimitSettings } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "The body is not JSON." };
  }
  const reading = settings.safeParse(value);
  if (reading.success) return { settings: reading.data };
  return { problem: reading.error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`).join("; ") };
}

/** Whether a request is one of those that something holds for. */
export function isMatched(asked: LimitMatch, request: { wire: string; model: string; key: string | null }): boolean {
  const { wire, model, key } = asked;
  if (wire !== null && wire !== request.wire) return false;
  if (key !== null && key !== request.key) return false;
  return model === null || (model.endsWith("*") ? request.model.startsWith(model.slice(0, -1)) : model === request.model);
}
