import { describe, expect, it } from "vitest";
import { beginExhibit, type CallView, type ExhibitView } from "./exhibit-view.ts";
import { textOf } from "./styled-line.ts";
import { widthOf } from "./text-width.ts";
import { toEndedLines, toLiveLines } from "./to-exhibit-lines.ts";

function call(slot: number, given: Partial<CallView> = {}): CallView {
  return {
    step: `answer.0.${slot}`,
    slot,
    role: "member",
    provider: "openai",
    model: "gpt-5-mini",
    state: "sent",
    sinceMs: 0,
    latencyMs: null,
    failure: null,
    tokens: null,
    costUsd: null,
    ballot: null,
    ...given,
  };
}

function view(calls: CallView[], given: Partial<ExhibitView> = {}): ExhibitView {
  const stages = [{ name: "answer", index: 0, startedMs: 0, endedMs: null, reason: null, calls }];
  return { ...beginExhibit("Council", "composite/council/openai/gpt-5", 0), stages, ...given };
}

const SIZE = { columns: 100, rows: 30 };
const text = (lines: ReturnType<typeof toLiveLines>): string => lines.map((each) => textOf(each)).join("\n");

describe("the live view", () => {
  it("says who is at work, in which state, for how long, with tokens and cost", () => {
    const done = call(0, { state: "succeeded", latencyMs: 1234, tokens: 1813, costUsd: 0.00073 });
    const shown = text(toLiveLines(view([done, call(1, { provider: "anthropic", model: "claude-haiku-4-5" })]), 2500, SIZE));
    expect(shown).toMatch(/^Council {2}2\.5 s · 2 calls · 1,813 tokens · \$0\.00073 {2}composite\/council\/openai\/gpt-5$/m);
    expect(shown).toMatch(/^ {2}answer {2}2\.5 s$/m);
    expect(shown).toMatch(/✓ 0 member {5}openai\/gpt-5-mini {10}done +1\.2 s +1,813 tokens {2}\$0\.00073$/m);
    expect(shown).toMatch(/1 member {5}anthropic\/claude-haiku-4-5 working +2\.5 s$/m);
  });

  it("moves while somebody works", () => {
    expect(text(toLiveLines(view([call(0)]), 100, SIZE))).not.toBe(text(toLiveLines(view([call(0)]), 220, SIZE)));
  });

  it("names failures, ballots and abstentions", () => {
    const shown = text(
      toLiveLines(
        view([
          call(0, { state: "failed", failure: "rate_limited", latencyMs: 5 }),
          call(1, { state: "succeeded", ballot: [2, 0] }),
          call(2, { state: "succeeded", ballot: [] }),
        ]),
        10,
        SIZE,
      ),
    );
    expect(shown).toContain("failed: rate_limited");
    expect(shown).toContain("ranks 2 > 0");
    expect(shown).toContain("no valid ballot");
  });

  it("hides what only tells mock-provider how to behave", () => {
    expect(text(toLiveLines(view([call(0, { model: "gpt-5-mock-latency-200" })]), 10, SIZE))).toContain("openai/gpt-5 ");
  });

  it("shows the end of a text that is still being written", () => {
    const shown = text(toLiveLines(view([call(0)], { text: "word ".repeat(400) + "END" }), 10, SIZE));
    expect(shown.split("\n")).toHaveLength(3 + 8);
    expect(shown).toMatch(/│ .*END$/);
  });

  it("never takes more rows than the terminal has, nor loses the head", () => {
    const many = view(
      Array.from({ length: 8 }, (_, slot) => call(slot)),
      { text: "word ".repeat(400) },
    );
    for (let rows = 2; rows < 30; rows += 1) {
      const lines = toLiveLines(many, 10, { columns: 40, rows });
      expect(lines.length).toBeLessThan(rows);
      expect(textOf(lines[0] ?? [])).toMatch(/^Council/);
    }
  });
});

describe("the view of what has ended", () => {
  it("has the whole text, within the width", () => {
    const lines = toEndedLines(view([call(0)], { text: "word ".repeat(100), endedMs: 10 }), 40);
    expect(text(lines).match(/word/g)).toHaveLength(100);
    for (const each of lines) expect(widthOf(textOf(each))).toBeLessThanOrEqual(40);
  });

  it("says why there is no answer", () => {
    expect(text(toEndedLines(view([], { problem: "502 nobody answered", endedMs: 10 }), 40))).toContain("✗ 502 nobody answered");
  });
});
