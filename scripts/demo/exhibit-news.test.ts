import { describe, expect, it } from "vitest";
import { readNews } from "./exhibit-news.ts";

function chunkOf(kind: string, data: unknown): unknown {
  return { choices: [], composite_event: { number: 1, kind, data } };
}

const call = { step: "final", slot: 0, role: "single", provider: "openai", model: "gpt-5", state: "queued" };

describe("readNews", () => {
  it("reads stages, calls and ballots", () => {
    expect(readNews(chunkOf("stage", { name: "answer", index: 0, state: "started", reason: null }))).toMatchObject([{ kind: "stage" }]);
    expect(readNews(chunkOf("call", call))).toMatchObject([{ kind: "call", data: call }]);
    expect(readNews(chunkOf("ballot", { step: "review.0.0", ranking: [1, 0], critique: "so so" }))).toMatchObject([{ kind: "ballot" }]);
  });

  it("reads text, and the summary of the last chunk", () => {
    expect(readNews({ choices: [{ delta: { content: "Hi" } }] })).toEqual([{ kind: "text", text: "Hi" }]);
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const composite = { run_id: "r", simulated: true, calls: 4, latency_ms: 5, cost_usd: null, usage, degraded: [], stages: [] };
    expect(readNews({ choices: [{ delta: {}, finish_reason: "stop" }], composite })).toMatchObject([
      { kind: "summary", data: { calls: 4 } },
    ]);
  });

  it("takes escape sequences out of everything that is shown", () => {
    expect(readNews({ choices: [{ delta: { content: "a\u001B[31mb" } }] })).toEqual([{ kind: "text", text: "a[31mb" }]);
    expect(readNews(chunkOf("call", { ...call, model: "x\u001B]0;title\u0007y" }))).toMatchObject([{ data: { model: "x]0;titley" } }]);
  });

  it("passes over what it does not know", () => {
    for (const value of [null, "x", {}, chunkOf("run", { status: "queued" }), chunkOf("news", {}), chunkOf("call", { step: 1 })]) {
      expect(readNews(value)).toEqual([]);
    }
  });
});
