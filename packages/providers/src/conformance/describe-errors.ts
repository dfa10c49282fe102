import type { FailureClass } from "@composite-llm/core";
import { describe, expect, it } from "vitest";
import { failureOf } from "./expect-outcome.ts";
import type { Suite } from "./provider-conformance.ts";

const BY_STATUS: readonly (readonly [behaviour: string, failureClass: FailureClass])[] = [
  ["error-400", "bad_request"],
  ["error-401", "auth"],
  ["error-402", "auth"],
  ["error-403", "auth"],
  ["error-404", "model_not_found"],
  ["error-408", "timeout"],
  ["error-409", "unavailable"],
  ["error-413", "context_length"],
  ["error-422", "bad_request"],
  ["error-429", "rate_limited"],
  ["error-500", "unavailable"],
  ["error-502", "unavailable"],
  ["error-503", "unavailable"],
  ["error-504", "timeout"],
  ["error-529", "rate_limited"],
  ["error-418", "bad_request"],
  ["error-599", "unavailable"],
  ["context-length", "context_length"],
  ["content-filter-error", "content_filter"],
  ["quota", "auth"],
  ["error-503-html", "unavailable"],
  ["error-429-html", "rate_limited"],
];

export function describeErrors({ vendor, call }: Suite): void {
  describe.each([false, true])("an error with stream: %s", (stream) => {
    it.each(BY_STATUS)("%s is of class %s", async (behaviour, failureClass) => {
      const outcome = failureOf(await call({ stream, behaviour }));
      expect(outcome.failure).toMatchObject({ class: failureClass, retryAfterMs: null });
      expect(outcome.failure.message).not.toBe("");
      const [, status] = /error-(\d+)/.exec(behaviour) ?? [];
      if (status !== undefined) expect(outcome.failure.status).toBe(Number(status));
      expect(outcome).toMatchObject({ usage: null, partialText: "" });
    });

    it("is of class model_not_found for a model that the vendor does not have", async () => {
      const outcome = failureOf(await call({ stream, behaviour: "error-404" }));
      expect(outcome.failure).toMatchObject({ class: "model_not_found", status: 404 });
    });

    it("is of class auth for a wrong key, and never quotes it", async () => {
      const outcome = failureOf(await call({ stream, key: "bad-key" }));
      expect(outcome.failure).toMatchObject({ class: "auth", status: 401 });
      expect(JSON.stringify(outcome)).not.toContain("bad-key");
    });

    it.each([
      ["retry-after-7", 7000],
      ["retry-after-86400", 86_400_000],
      ["retry-after-ms-1500", 1500],
      ["retry-after-0", null],
      ["retry-after-m5", null],
      ["retry-after-date-m5", null],
      ["retry-after-junk", null],
    ])("with %s asks to wait for %s ms", async (header, expected) => {
      const outcome = failureOf(await call({ stream, behaviour: `error-429-${header}` }));
      expect(outcome.failure.retryAfterMs).toBe(expected);
    });

    it("with a date in Retry-After asks to wait until then", async () => {
      const outcome = failureOf(await call({ stream, behaviour: "error-429-retry-after-date-30" }));
      expect(outcome.failure.retryAfterMs).toBeGreaterThan(25_000);
      expect(outcome.failure.retryAfterMs).toBeLessThanOrEqual(30_000);
    });

    it("keeps how long to wait of an overload too, which is a limit", async () => {
      const outcome = failureOf(await call({ stream, behaviour: "error-529-retry-after-7" }));
      expect(outcome.failure).toMatchObject({ class: "rate_limited", status: 529, retryAfterMs: 7000 });
    });

    it("is of class refusal when the model refuses", async () => {
      expect(failureOf(await call({ stream, behaviour: "refusal" })).failure.class).toBe("refusal");
    });

    it("says that a filter stopped the answer, in the vendor's way", async () => {
      const outcome = failureOf(await call({ stream, behaviour: "content-filter" }));
      expect(outcome.failure.class).toBe(vendor.wire === "anthropic" ? "refusal" : "content_filter");
      expect(outcome.partialText).not.toBe("");
      expect(outcome.usage).not.toBeNull();
    });

    it("is of class empty when nothing was said", async () => {
      const outcome = failureOf(await call({ stream, behaviour: "empty" }));
      expect(outcome.failure.class).toBe("empty");
      expect(outcome.usage).not.toBeNull();
    });

    it("is of class truncated when the cap left room for nothing but reasoning", async () => {
      const outcome = failureOf(await call({ stream, behaviour: "reasoning-50", params: { max_tokens: 10 } }));
      expect(outcome.failure).toMatchObject({ class: "truncated", code: "output_cap" });
    });
  });

  it("gives each piece of a refused answer to nobody", async () => {
    const deltas: unknown[] = [];
    await call({ stream: true, behaviour: "refusal", onDelta: (delta) => deltas.push(delta) });
    expect(deltas).toEqual([]);
  });
}
