import type { ServerResponse } from "node:http";
import { z } from "zod";
import { type JudgedRequest, judgeRequests } from "../judge/judge-requests.ts";
import { readRequests } from "../judge/read-requests.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { isMatched } from "../limits/limit-settings.ts";
import type { PacedClock } from "../pace/paced-clock.ts";
import { toKeyTag } from "../wires/key-tag.ts";
import { sendJson } from "./send-json.ts";

const limit = z.coerce.number().positive().nullable().default(null);

const query = z.strictObject({
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
  requests_per_minute: limit,
  tokens_per_minute: limit,
  concurrent: limit,
  wire: z.enum(["openai", "anthropic"]).nullable().default(null),
  model: z.string().nullable().default(null),
  key: z.string().transform(toKeyTag).nullable().default(null),
});

/** From the first request to the end of the last. */
function wholeInterval(requests: readonly JudgedRequest[]): { fromMs: number; toMs: number } {
  let [fromMs, toMs] = [Number.MAX_SAFE_INTEGER, 0];
  for (const { startedMs, end } of requests) {
    fromMs = Math.min(fromMs, startedMs);
    toMs = Math.max(toMs, startedMs + 1, end?.endedMs ?? 0);
  }
  return { fromMs: Math.min(fromMs, toMs), toMs };
}

/** Judges all that the ledger holds by the limits, the interval and the requests that the query names. */
export async function serveJudgement(ledger: Ledger, clock: PacedClock, search: URLSearchParams, response: ServerResponse): Promise<void> {
  const asked = query.safeParse(Object.fromEntries(search));
  if (!asked.success) {
    const message = asked.error.issues.map(({ path, message: text }) => `${path.join(".") || "query"}: ${text}`).join("; ");
    return sendJson(response, 400, JSON.stringify({ error: { message } }));
  }
  const { wire, model, key, from, to, ...limits } = asked.data;
  const requests = (await readRequests(ledger.lines(null))).filter((request) =>
    isMatched({ wire, model, key }, { ...request, model: request.model ?? "" }),
  );
  const whole = wholeInterval(requests);
  const [fromMs, toMs] = [from ?? whole.fromMs, to ?? whole.toMs];
  const judgement = judgeRequests(requests, {
    requestsPerMinute: limits.requests_per_minute,
    tokensPerMinute: limits.tokens_per_minute,
    concurrent: limits.concurrent,
    minuteMs: clock.toRealMs(60_000),
    fromMs,
    toMs,
  });
  sendJson(response, 200, JSON.stringify({ from: fromMs, to: toMs, ...judgement }));
}
