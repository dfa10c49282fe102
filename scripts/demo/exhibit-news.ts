import { CALL_STATUSES, ROLES } from "@composite-llm/contracts";
import { z } from "zod";
import { cleanText } from "./text-width.ts";

const name = z.string().transform(cleanText);
const usage = z.object({ prompt_tokens: z.number(), completion_tokens: z.number(), total_tokens: z.number() });

const event = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("stage"),
    data: z.object({ name, index: z.number(), state: z.enum(["started", "released"]), reason: name.nullable() }),
  }),
  z.object({
    kind: z.literal("call"),
    data: z.object({
      step: name,
      slot: z.number(),
      role: z.enum(ROLES),
      provider: name,
      model: name,
      state: z.enum(["queued", "waiting", "sent", "first_token", ...CALL_STATUSES]),
      class: name.nullish(),
      usage: usage.optional(),
      cost_usd: z.number().nullish(),
      latency_ms: z.number().optional(),
    }),
  }),
  z.object({ kind: z.literal("ballot"), data: z.object({ step: name, ranking: z.array(z.number()) }) }),
]);

const summary = z.object({
  run_id: name,
  simulated: z.boolean(),
  calls: z.number(),
  latency_ms: z.number(),
  cost_usd: z.number().nullable(),
  usage,
  degraded: z.array(z.object({ code: name, stage: name.nullable(), slot: z.number().nullable() })),
});

/** What is shown of `composite` on the last chunk. */
export type RunSummary = z.infer<typeof summary>;

/** One thing that a stream tells. */
export type ExhibitNews =
  | z.infer<typeof event>
  | { kind: "text"; text: string }
  | { kind: "summary"; data: RunSummary }
  | { kind: "problem"; message: string };

const chunk = z.object({
  choices: z.array(z.object({ delta: z.object({ content: z.string().nullish() }).optional() })).default([]),
  composite_event: z.unknown().optional(),
  composite: z.unknown().optional(),
});

/** Reads a chunk of a chat stream. What it does not know it passes over: a newer gateway may tell more. */
export function readNews(value: unknown): ExhibitNews[] {
  const { data } = chunk.safeParse(value);
  if (data === undefined) return [];
  const news: ExhibitNews[] = [];
  const told = event.safeParse(data.composite_event);
  if (told.success) news.push(told.data);
  const text = cleanText(data.choices[0]?.delta?.content ?? "");
  if (text !== "") news.push({ kind: "text", text });
  const ended = summary.safeParse(data.composite);
  if (ended.success) news.push({ kind: "summary", data: ended.data });
  return news;
}
