import { describe, expect, it } from "vitest";
import type { LedgerRecord } from "../ledger/ledger-record.ts";
import { type JudgedRequest, type JudgementOrder, judgeRequests } from "./judge-requests.ts";

const RECORD: LedgerRecord = {
  id: 1,
  run: null,
  step: null,
  cell: null,
  try: null,
  wire: "openai",
  key: "k",
  model: "gpt-5",
  stream: false,
  startedMs: 0,
  endedMs: 1000,
  finishedMs: 1000,
  status: 200,
  outcome: "completed",
  bytesSent: 1,
  usage: null,
  billed: { input: 10, output: 20 },
  counted: { input: 10, output: 90 },
  refusedBy: null,
};
const ORDER: JudgementOrder = { requestsPerMinute: 3, tokensPerMinute: 250, concurrent: 2, minuteMs: 60_000, fromMs: 0, toMs: 120_000 };

function request(startedMs: number, patch: Partial<LedgerRecord> = {}): JudgedRequest {
  const end = { ...RECORD, startedMs, endedMs: startedMs + 1000, ...patch };
  return { ...end, end };
}

describe("judgeRequests", () => {
  it("counts tokens on arrival as they were asked for, and a limit's use over the interval", () => {
    expect(judgeRequests([request(0), request(30_000), request(60_000)], ORDER)).toEqual({
      requests: { total: 3, most: 2, over: 0, use: 0.5 },
      tokens: { total: 300, most: 200, over: 0, use: 0.6 },
      concurrent: { most: 1, over: 0, use: 3000 / 240_000 },
      refused: {},
    });
  });

  it("counts what came out when it had come, where no cap was counted", () => {
    const late = (startedMs: number): JudgedRequest =>
      request(startedMs, { counted: { input: 10, output: null }, endedMs: startedMs + 50_000 });
    const { tokens } = judgeRequests([late(0), late(70_000)], ORDER);
    expect([tokens.total, tokens.most]).toEqual([60, 30]);
    expect(tokens.use).toBeCloseTo(40 / 500);
  });

  it("sees the refused too, and takes them for no use of the limit", () => {
    const refusal = { refusedBy: "requests", billed: { input: 0, output: 0 } } as const;
    const requests = [request(0), request(1), request(2), request(3, refusal), request(4, refusal)];
    const judgement = judgeRequests(requests, ORDER);
    expect(judgement.requests).toEqual({ total: 5, most: 5, over: 2, use: 0.5 });
    expect(judgement.concurrent).toMatchObject({ most: 5, over: 3 });
    expect(judgement.refused).toEqual({ requests: 2 });
  });

  it("looks at the interval alone, but at all that was open in it", () => {
    const { requests, concurrent } = judgeRequests([request(0, { endedMs: 70_000 }), request(65_000)], { ...ORDER, fromMs: 60_000 });
    expect([requests.total, requests.use]).toEqual([1, 1 / 3]);
    expect(concurrent.use).toBeCloseTo(11_000 / 120_000);
  });

  it("measures without limits, and in minutes of a faster clock", () => {
    const order = { ...ORDER, requestsPerMinute: null, tokensPerMinute: null, concurrent: null, minuteMs: 6000 };
    expect(judgeRequests([request(0), request(5999), request(6000)], order)).toMatchObject({
      requests: { most: 2, over: null, use: null },
      concurrent: { most: 2, over: null, use: null },
    });
  });

  it("takes who has not ended for open", () => {
    const open: JudgedRequest = { ...request(0), end: null };
    expect(judgeRequests([open, request(100_000)], ORDER).concurrent.most).toBe(2);
  });
});
