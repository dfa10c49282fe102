import { describe, expect, it } from "vitest";
import type { ExhibitNews } from "./exhibit-news.ts";
import { applyNews, beginExhibit, endExhibit, type ExhibitView } from "./exhibit-view.ts";

type CallNews = Extract<ExhibitNews, { kind: "call" }>["data"];

function stage(name: string, index: number, state: "started" | "released" = "started"): ExhibitNews {
  return { kind: "stage", data: { name, index, state, reason: state === "released" ? "all" : null } };
}

function call(step: string, state: CallNews["state"], more: Partial<CallNews> = {}): ExhibitNews {
  const slot = Number(/\.(\d+)(~\d+)?$/.exec(step)?.[1] ?? 0);
  return { kind: "call", data: { step, slot, role: "member", provider: "openai", model: "gpt-5", state, ...more } };
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

/** News, each with the time at which it comes. */
function follow(...news: (readonly [number, ExhibitNews])[]): ExhibitView {
  return news.reduce((view, [nowMs, each]) => applyNews(view, each, nowMs), beginExhibit("Council", "composite/council/openai/gpt-5", 0));
}

describe("the view of a run", () => {
  it("follows a call from the queue to its end", () => {
    const sent = follow([0, stage("answer", 0)], [5, call("answer.0.1", "queued")], [9, call("answer.0.1", "sent")]);
    expect(sent.stages).toMatchObject([{ name: "answer", startedMs: 0, calls: [{ step: "answer.0.1", state: "sent", sinceMs: 9 }] }]);
    const done = applyNews(sent, call("answer.0.1", "succeeded", { latency_ms: 90, usage: USAGE, cost_usd: 0.01 }), 100);
    expect(done.stages[0]?.calls).toMatchObject([{ state: "succeeded", latencyMs: 90, tokens: 15, costUsd: 0.01, failure: null }]);
    expect(sent.stages[0]?.calls[0]?.state).toBe("sent");
  });

  it("shows the seats of a stage in order, however their news come", () => {
    const view = follow([0, stage("answer", 0)], [1, call("answer.0.2", "queued")], [1, call("answer.0.0", "queued")]);
    expect(view.stages[0]?.calls.map(({ slot }) => slot)).toEqual([0, 2]);
  });

  it("does not let what has ended begin again", () => {
    const view = follow([0, stage("answer", 0)], [1, call("answer.0.0", "failed", { class: "timeout" })], [2, call("answer.0.0", "sent")]);
    expect(view.stages[0]?.calls).toMatchObject([{ state: "failed", failure: "timeout" }]);
  });

  it("keeps rounds of one name apart", () => {
    const view = follow(
      [0, stage("propose", 0)],
      [1, call("propose.0.0", "sent")],
      [2, stage("propose", 0, "released")],
      [3, stage("propose", 1)],
      [4, call("propose.1.0", "queued")],
      [5, call("propose.0.0", "late")],
    );
    expect(view.stages).toMatchObject([
      { index: 0, endedMs: 2, reason: "all", calls: [{ step: "propose.0.0", state: "late" }] },
      { index: 1, endedMs: null, calls: [{ step: "propose.1.0", state: "queued" }] },
    ]);
  });

  it("puts a nested panel's calls and a hedge where they belong", () => {
    const view = follow(
      [0, stage("answer", 0)],
      [0, stage("answer.0.1/propose", 1)],
      [1, call("answer.0.1/propose.0.2", "sent")],
      [2, call("answer.0.0~1", "sent")],
    );
    expect(view.stages.map(({ name, calls }) => [name, calls.map(({ step }) => step)])).toEqual([
      ["answer", ["answer.0.0~1"]],
      ["answer.0.1/propose", ["answer.0.1/propose.0.2"]],
    ]);
  });

  it("gives a reviewer its ballot", () => {
    const view = follow(
      [0, stage("review", 0)],
      [1, call("review.0.0", "succeeded")],
      [2, { kind: "ballot", data: { step: "review.0.0", ranking: [2, 1] } }],
    );
    expect(view.stages[0]?.calls[0]?.ballot).toEqual([2, 1]);
  });

  it("takes text as the writing of the final call, which ends its stage", () => {
    const writing = follow(
      [0, stage("answer", 0)],
      [0, call("answer.0.0", "sent")],
      [1, stage("final", 1)],
      [1, call("final", "sent")],
      [7, { kind: "text", text: "So " }],
      [8, { kind: "text", text: "be it." }],
    );
    expect(writing).toMatchObject({ text: "So be it.", firstTextMs: 7 });
    expect(writing.stages).toMatchObject([{ calls: [{ state: "sent" }] }, { endedMs: null, calls: [{ state: "first_token" }] }]);
    expect(applyNews(writing, call("final", "succeeded"), 20).stages[1]).toMatchObject({ endedMs: 20, calls: [{ state: "succeeded" }] });
  });

  it("ends with a result or with a problem", () => {
    const summary: ExhibitNews = {
      kind: "summary",
      data: { run_id: "r", simulated: true, calls: 1, latency_ms: 5, cost_usd: null, usage: USAGE, degraded: [] },
    };
    expect(endExhibit(follow([1, summary]), 9)).toMatchObject({ endedMs: 9, problem: null, summary: { calls: 1 } });
    expect(endExhibit(follow([1, { kind: "problem", message: "no" }]), 9)).toMatchObject({ problem: "no" });
    expect(endExhibit(follow(), 9)).toMatchObject({ problem: "The stream ended without a result." });
  });
});
