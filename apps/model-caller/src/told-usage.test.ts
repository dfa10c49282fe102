import { NO_USAGE, type Usage } from "@composite-llm/contracts";
import type { ProviderOutcome } from "@composite-llm/providers";
import { describe, expect, it } from "vitest";
import { setUpCall, success } from "./fixtures/fake-call.ts";
import { withoutFalseUsage } from "./told-usage.ts";

function answer(text: string, usage: Partial<Usage> | null): ProviderOutcome {
  const outcome = success(text);
  if (outcome.kind !== "success") throw new Error("no success");
  return { ...outcome, result: { ...outcome.result, usage: usage === null ? null : { ...NO_USAGE, ...usage } } };
}

describe("a told usage", () => {
  it("counts for nothing where there is an answer without tokens, or one of no prompt", () => {
    for (const usage of [{}, { inputTokens: 10 }, { outputTokens: 2 }])
      expect(withoutFalseUsage(answer("yes", usage))).toEqual(answer("yes", null));
  });

  it("counts where it can be", () => {
    for (const told of [answer("yes", { inputTokens: 10, outputTokens: 2 }), answer("", { inputTokens: 10 }), answer("yes", null)])
      expect(withoutFalseUsage(told)).toBe(told);
  });
});

describe("an answer whose usage is not told", () => {
  it.each([null, {}, { inputTokens: 10 }])(
    "is priced by its estimate and says so, and keeps what it reserved of the limits: %j",
    async (usage) => {
      const call = setUpCall([answer("yes", usage)]);
      await call.run();
      expect(call.commits).toMatchObject([{ outcome: "succeeded", report: { costNanoUsd: 7, costSource: "estimated", usage: NO_USAGE } }]);
      expect(call.limits.settled).toMatchObject([{ kind: "succeeded", used: null }]);
    },
  );

  it("is unpriced where nobody knows a price", async () => {
    const call = setUpCall([answer("yes", null)], undefined, null, [{ costNanoUsd: null, costSource: "unpriced" }]);
    await call.run();
    expect(call.commits).toMatchObject([{ report: { costNanoUsd: null, costSource: "unpriced" } }]);
  });
});
