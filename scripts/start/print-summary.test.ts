import { describe, expect, it } from "vitest";
import { toAnswerLine, toCurlLine, toSummary } from "./print-summary.ts";

const facts = {
  addresses: [
    ["gateway", "http://127.0.0.1:8080/v1"],
    ["redis", "redis://127.0.0.1:6379"],
  ] as const,
  mode: "mock" as const,
  localModels: [],
  logs: ".state/logs/",
  readyAfterMs: 1_234,
  warnings: ["the profile x has a member without a key"],
};

describe("the summary of a start", () => {
  it("tells where everything listens, and warns of simulated answers", () => {
    const text = toSummary(facts).join("\n");
    expect(text).toContain("Composite LLM is ready (1.2 s).");
    expect(text).toContain("  gateway        http://127.0.0.1:8080/v1");
    expect(text).toContain("every answer is SIMULATED");
    expect(text).toContain("Note: the profile x has a member without a key");
  });

  it("warns of costs where answers are real", () => {
    const text = toSummary({ ...facts, mode: "real" }).join("\n");
    expect(text).toContain("REAL MODE: requests go to providers and cost money.");
    expect(text).not.toContain("SIMULATED");
  });

  it("gives each first answer, or what kept it away, a line", () => {
    const outcome = { text: `one\ntwo ${"x".repeat(100)}`, calls: 4, simulated: true, latencyMs: 120 };
    expect(toAnswerLine({ model: "composite/moa/a/b", outcome })).toBe(
      `  composite/moa/a/b: 4 calls, 120 ms, simulated: one two ${"x".repeat(61)}…`,
    );
    expect(toAnswerLine({ model: "m", outcome: { problem: "503 queue_unavailable" } })).toBe("  m: no answer: 503 queue_unavailable");
  });

  it("ends with a command that a shell takes as it is", () => {
    const line = toCurlLine("http://127.0.0.1:8080", "composite/moa/a/b", true);
    expect(line).toContain('-H "authorization: Bearer $API_KEY"');
    expect(JSON.parse(/-d '(.*)'$/.exec(line)?.[1] ?? "")).toMatchObject({ model: "composite/moa/a/b" });
  });
});
