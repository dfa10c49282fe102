import type { FinishReason } from "@composite-llm/contracts";
import { describe, expect, it } from "vitest";
import { type AnswerChoice, judgeAnswer } from "./answer.ts";

function choice(content: string | null, reason: FinishReason | null, fields: Record<string, unknown> = {}): AnswerChoice {
  return { index: 0, message: { role: "assistant", content, ...fields }, finish_reason: reason };
}

function judge(choices: AnswerChoice[], acceptsAny?: boolean): ReturnType<typeof judgeAnswer> {
  return judgeAnswer({ servedModel: "m", choices, usage: null, reportedCostUsd: null }, acceptsAny);
}

function classOf(...choices: AnswerChoice[]): string {
  const judged = judge(choices);
  return "failure" in judged ? judged.failure.class : "good";
}

describe("judging an answer", () => {
  it("takes text, tool calls and other content for an answer", () => {
    expect(classOf(choice("text", "stop"))).toBe("good");
    expect(classOf(choice("cut", "length"))).toBe("good");
    expect(classOf(choice(null, "tool_calls", { tool_calls: [{ id: "a" }] }))).toBe("good");
    expect(classOf(choice(null, "stop", { audio: { id: "a" } }))).toBe("good");
  });

  it("takes nothing, white space, refusals, filters and broken answers for failures", () => {
    expect(classOf()).toBe("empty");
    expect(classOf(choice("", "stop"))).toBe("empty");
    expect(classOf(choice(" \n", "stop"))).toBe("empty");
    expect(classOf(choice(null, "length"))).toBe("truncated");
    expect(classOf(choice("text", null))).toBe("truncated");
    expect(classOf(choice("text", "content_filter"))).toBe("content_filter");
    expect(classOf(choice(null, "stop", { refusal: "no" }))).toBe("refusal");
  });

  it("tells an answer that used up its output cap from one that broke off, which alone may be tried again", () => {
    const [capped, broken] = [judge([choice(null, "length")]), judge([choice(null, null)])];
    expect("failure" in capped && capped.failure).toMatchObject({ class: "truncated", code: "output_cap" });
    expect("failure" in broken && broken.failure).toMatchObject({ class: "truncated", code: null });
  });

  it("takes every complete answer for one where the caller accepts any", () => {
    const complete = [choice(null, "stop"), choice("", "length"), choice("te", "content_filter"), choice(null, "stop", { refusal: "no" })];
    for (const one of complete) expect(judge([one], true)).toMatchObject({ result: { choices: [one] } });
    expect(judge([choice("te", null)], true)).toMatchObject({ failure: { class: "truncated", code: null } });
    expect(judge([choice(null, null, { refusal: "n" })], true)).toMatchObject({ failure: { class: "truncated", code: null } });
    expect(judge([], true)).toMatchObject({ failure: { class: "empty" } });
  });

  it("is content with one good choice of several, but with none that broke off", () => {
    expect(classOf(choice("", "stop"), choice("text", "stop"))).toBe("good");
    expect(classOf(choice("text", "stop"), choice("te", null))).toBe("truncated");
  });
});
