import { describe, expect, it } from "vitest";
import { toLogLine } from "./to-log-line.ts";

describe("a log line", () => {
  it("tells one change of state", () => {
    expect(toLogLine({ kind: "stage", data: { name: "answer", index: 0, state: "released", reason: "quorum" } }, 1500)).toBe(
      "[  1.5 s] answer: released (quorum)",
    );
    const call = { step: "answer.0.0", slot: 0, role: "member", provider: "openai", model: "gpt-5-mock-tps-9" } as const;
    expect(toLogLine({ kind: "call", data: { ...call, state: "sent" } }, 12)).toBe("[  12 ms] answer.0.0: member openai/gpt-5 sent");
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    expect(toLogLine({ kind: "call", data: { ...call, state: "succeeded", usage, cost_usd: 0.5, latency_ms: 40 } }, 60)).toBe(
      "[  60 ms] answer.0.0: member openai/gpt-5 succeeded, 40 ms, 3 tokens, $0.50",
    );
    expect(toLogLine({ kind: "call", data: { ...call, state: "failed", class: "timeout" } }, 60)).toContain("failed (timeout)");
    expect(toLogLine({ kind: "ballot", data: { step: "review.0.0", ranking: [1, 0] } }, 0)).toContain("review.0.0: ranks 1 > 0");
    expect(toLogLine({ kind: "ballot", data: { step: "review.0.0", ranking: [] } }, 0)).toContain("abstains");
    expect(toLogLine({ kind: "problem", message: "502" }, 0)).toContain("failed: 502");
  });

  it("does not repeat the text, which follows whole", () => {
    expect(toLogLine({ kind: "text", text: "x" }, 0)).toBeNull();
  });
});
