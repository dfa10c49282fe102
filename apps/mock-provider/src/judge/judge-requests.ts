import type { LedgerRecord, LedgerStart } from "../ledger/ledger-record.ts";
import { countCrowded, mostAtOnce, openTimeMs, type Span } from "./concurrency.ts";
import { type Charge, countOver, mostInWindow } from "./windows.ts";

/** A request as the judge sees it: with its end, where it has ended. */
export type JudgedRequest = LedgerStart & { end: LedgerRecord | null };

/** What is judged by; a limit that is null is measured all the same. */
export interface JudgementOrder {
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  concurrent: number | null;
  /** A minute of the mock in real milliseconds. */
  minuteMs: number;
  /** Requests that came in this interval, and what they used of the limits in it. */
  fromMs: number;
  toMs: number;
}

export interface RateJudgement {
  /** Over all requests, refused ones among them: what the provider saw. */
  total: number;
  /** In any sliding minute. */
  most: number;
  /** Requests (of tokens: also answers) that made a sliding minute hold more than the limit; null without one. */
  over: number | null;
  /** Share of the limit that was used in the interval by what was let in; null without one. */
  use: number | null;
}

export interface Judgement {
  requests: RateJudgement;
  tokens: RateJudgement;
  concurrent: { most: number; over: number | null; use: number | null };
  /** Requests that the mock refused, by what refused them. */
  refused: Record<string, number>;
}

const sum = (charges: readonly Charge[]): number => charges.reduce((total, { amount }) => total + amount, 0);

/** What token limits count of a request, when they count it. */
function tokenCharges({ startedMs, end }: JudgedRequest): Charge[] {
  const counted = end?.counted ?? null;
  if (end === null || counted === null) return [];
  const onArrival = { atMs: startedMs, amount: counted.input + (counted.output ?? 0) };
  return counted.output === null && end.billed.output > 0 ? [onArrival, { atMs: end.endedMs, amount: end.billed.output }] : [onArrival];
}

function judgeRate(seen: readonly Charge[], admitted: readonly Charge[], limit: number | null, order: JudgementOrder): RateJudgement {
  const { minuteMs, fromMs, toMs } = order;
  return {
    total: sum(seen),
    most: mostInWindow(seen, minuteMs),
    over: limit === null ? null : countOver(seen, minuteMs, limit),
    use: limit === null ? null : sum(admitted) / ((limit * (toMs - fromMs)) / minuteMs),
  };
}

/** Judges what a provider saw, offline and exactly: by every sliding minute, whatever the limits it enforced meanwhile. */
export function judgeRequests(requests: readonly JudgedRequest[], order: JudgementOrder): Judgement {
  const { fromMs, toMs, concurrent } = order;
  const seen = requests.filter(({ startedMs }) => startedMs >= fromMs && startedMs < toMs);
  const admitted = seen.filter(({ end }) => end === null || end.refusedBy === null);
  const one = ({ startedMs }: JudgedRequest): Charge => ({ atMs: startedMs, amount: 1 });
  const toSpan = ({ startedMs, end }: JudgedRequest): Span => ({ fromMs: startedMs, toMs: end?.endedMs ?? null });
  const refused: Record<string, number> = {};
  for (const { end } of seen) if (end !== null && end.refusedBy !== null) refused[end.refusedBy] = (refused[end.refusedBy] ?? 0) + 1;
  const inside = ({ atMs }: Charge): boolean => atMs < toMs;
  return {
    requests: judgeRate(seen.map(one), admitted.map(one), order.requestsPerMinute, order),
    tokens: judgeRate(seen.flatMap(tokenCharges), admitted.flatMap(tokenCharges).filter(inside), order.tokensPerMinute, order),
    concurrent: {
      most: mostAtOnce(seen.map(toSpan)),
      over: concurrent === null ? null : countCrowded(seen.map(toSpan), concurrent),
      use:
        concurrent === null
          ? null
          : openTimeMs(requests.filter((request) => request.end?.refusedBy == null).map(toSpan), fromMs, toMs) /
            (concurrent * (toMs - fromMs)),
    },
    refused,
  };
}
