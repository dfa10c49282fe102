import type { FinishReason, ModelDelta } from "@composite-llm/contracts";
import { describe, expect, it } from "vitest";
import { failureOf, joinDeltas, successOf } from "./expect-outcome.ts";
import type { Suite } from "./provider-conformance.ts";

/** Answers that are failures to a member of a panel, and the vendor's own answer to a caller that passes on any. */
export function describePassedOn({ vendor, call }: Suite): void {
  const filtered: FinishReason = vendor.wire === "anthropic" ? "stop" : "content_filter";
  const unusual: readonly (readonly [behaviour: string, reason: FinishReason, hasText: boolean, isRefused: boolean])[] = [
    ["refusal", "stop", false, true],
    ["content-filter", filtered, true, vendor.wire === "anthropic"],
    ["empty", "stop", false, false],
    ["reasoning-50", "length", false, false],
  ];

  describe.each([false, true])("to a caller that accepts any answer, with stream: %s", (stream) => {
    it.each(unusual)("%s is an answer that ends with %s", async (behaviour, reason, hasText, isRefused) => {
      const deltas: ModelDelta[] = [];
      const params = reason === "length" ? { max_tokens: 10 } : {};
      const asked = { stream, behaviour, params, acceptAnyAnswer: true, onDelta: (delta: ModelDelta) => deltas.push(delta) };
      const { result } = successOf(await call(asked));
      expect(result.usage).not.toBeNull();
      expect(result.choices[0]?.finish_reason).toBe(reason);
      const message = result.choices[0]?.message;
      expect((message?.content ?? "") !== "").toBe(hasText);
      expect((message?.refusal ?? "") !== "").toBe(isRefused);
      if (!stream) return expect(deltas).toEqual([]);
      const { text, reasoning, refusal } = joinDeltas(deltas);
      expect({ text, reasoning, refusal }).toEqual({
        text: message?.content ?? "",
        reasoning: message?.reasoning_content ?? "",
        refusal: message?.refusal ?? "",
      });
    });

    it("what broke off and what the vendor refused to serve stay failures", async () => {
      const broken = failureOf(await call({ stream, behaviour: "stream-rst-4", acceptAnyAnswer: true }));
      expect(broken.failure.class).toBe("truncated");
      const refused = failureOf(await call({ stream, behaviour: "content-filter-error", acceptAnyAnswer: true }));
      expect(refused.failure.class).toBe("content_filter");
    });
  });
}
