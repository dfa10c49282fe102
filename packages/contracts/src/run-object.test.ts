import { describe, expect, it } from "vitest";
import { completion, facts, journal, PLAN, settled } from "./fixtures/sample-run.ts";
import { toCompositeCall } from "./composite-call.ts";
import { toRunObject } from "./run-object.ts";

describe("a run as clients see it", () => {
  it("has times in RFC 3339 and everything else that is known from the start", () => {
    const { composite, ...run } = toRunObject(facts({ state: "queued", startedAtMs: null }), journal(), 1500);
    expect(run).toEqual({
      id: "r",
      object: "composite.run",
      status: "queued",
      waiting: null,
      model: "composite/moa/openai/m0",
      background: true,
      created_at: "1970-01-01T00:00:01.000Z",
      started_at: null,
      ended_at: null,
      deadline_at: "1970-01-01T00:01:01.000Z",
      expires_at: "1970-01-01T00:01:40.000Z",
      result: null,
      error: null,
      metadata: { order: "17" },
      retry_of: null,
      quarantine: [],
    });
    expect(composite).toMatchObject({ run_id: "r", stages: [], calls: 0, cost_usd: null, cost_final: false, latency_ms: 500, failed: [] });
  });

  it("shows the stages and calls that it has so far, and what they cost", () => {
    const { composite } = toRunObject(
      facts(),
      journal({
        entered: new Map([
          ["final", 2900],
          ["propose.0", 2100],
        ]),
        released: new Map([["propose.0", JSON.stringify({ reason: "all", slots: [0], atMs: 2800 })]]),
        settled: [settled("propose.0.1", "failed", 2500), settled("propose.0.0", "succeeded", 2700)],
        open: [{ step: "final", dispatch: 2 }],
      }),
      3000,
    );
    expect(composite).toMatchObject({
      stages: [
        {
          name: "propose",
          index: 0,
          released: "all",
          latency_ms: 700,
          calls: [
            { step: "propose.0.0", slot: 0, role: "proposer", status: "succeeded" },
            { step: "propose.0.1", slot: 1, status: "failed", class: "timeout" },
          ],
        },
        { name: "final", index: 1, released: null, latency_ms: 0, calls: [{ step: "final", role: "aggregator", status: "open" }] },
      ],
      usage: { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20 },
      cost_usd: 0.01,
      wasted_usd: 0.005,
      cost_final: false,
      calls: 3,
      failed: [{ step: "propose.0.1", class: "timeout" }],
    });
  });

  it("shows a step by its success where it has one, and by its newest call otherwise", () => {
    const again = { ...settled("propose.0.0", "succeeded", 2700), dispatch: 1 };
    const { composite } = toRunObject(
      facts(),
      journal({
        entered: new Map([["propose.0", 2100]]),
        settled: [
          { ...settled("propose.0.0", "duplicate", 2800), dispatch: 2 },
          again,
          { ...settled("propose.0.1", "failed", 2700), dispatch: 2 },
          { ...settled("propose.0.1", "lost", 0), dispatch: 1 },
          { ...settled("propose.0.1~1", "succeeded", 2700), dispatch: 3 },
        ],
      }),
      3000,
    );
    expect(composite.stages[0]?.calls.map(({ step, status }) => [step, status])).toEqual([
      ["propose.0.0", "succeeded"],
      ["propose.0.1", "failed"],
      ["propose.0.1~1", "succeeded"],
    ]);
  });

  it("counts what arrived after its end into the total, and leaves its result as it was", () => {
    const straggler = toCompositeCall(PLAN.root.stages[0]?.slots[1] ?? PLAN.root.final, "propose.0.1", undefined);
    const result = completion({ stages: [{ name: "propose", index: 0, released: "quorum", latency_ms: 1, calls: [straggler] }] });
    const ended = facts({ state: "succeeded", endedAtMs: 5000, outcome: { number: 9, kind: "finished", data: { completion: result } } });
    const before = toRunObject(ended, journal({ unreported: 1 }), 9000);
    expect(before.composite).toMatchObject({ cost_final: false, cost_usd: null, stages: [{ calls: [{ status: "cancelled" }] }] });
    const after = toRunObject(ended, journal({ settled: [settled("propose.0.1", "late", 6000)] }), 9000);
    expect(after.composite).toMatchObject({
      latency_ms: 900,
      critical_path: ["final"],
      cost_final: true,
      cost_usd: 0.005,
      stages: [{ released: "quorum", calls: [{ step: "propose.0.1", status: "late", usage: { total_tokens: 10 } }] }],
    });
    expect(after).toMatchObject({ status: "succeeded", ended_at: "1970-01-01T00:00:05.000Z", error: null });
    expect(after.result).toEqual(result);
  });

  it("shows the error of one that failed, beside what it had", () => {
    const error = { message: "m", type: "timeout_error", param: null, code: "deadline_exceeded" };
    const run = toRunObject(
      facts({ state: "failed", endedAtMs: 5000, outcome: { number: 9, kind: "error", data: { status: 504, headers: {}, error } } }),
      journal({ entered: new Map([["final", 2000]]), settled: [settled("final", "cancelled", 2500)] }),
      9000,
    );
    expect(run).toMatchObject({ status: "failed", error, result: null });
    expect(run.composite).toMatchObject({
      latency_ms: 4000,
      cost_final: true,
      stages: [{ name: "final", released: "all", latency_ms: 500 }],
    });
  });
});
