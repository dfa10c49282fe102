import { describe, expect, it, vi } from "vitest";
import type { ModelDelta } from "@composite-llm/contracts";
import { NOTHING_OBSERVED } from "../exchange/observed-limits.ts";
import { failureOf, successOf } from "./expect-outcome.ts";
import type { Suite } from "./provider-conformance.ts";

export function describeObservedLimits({ call }: Suite): void {
  describe.each([false, true])("the limits that a provider tells, with stream: %s", (stream) => {
    it("come with an answer", async () => {
      const { observed } = successOf(await call({ stream, behaviour: "ratelimit-requests-10-3-90-ratelimit-tokens-5000-0-3600" }));
      expect(observed).toMatchObject({ requests: { limit: 10, remaining: 3 }, tokens: { limit: 5000, remaining: 0 }, inputTokens: null });
      // Anthropic tells a time in whole seconds.
      expect(observed.requests?.resetMs).toBeGreaterThan(80_000);
      expect(observed.requests?.resetMs).toBeLessThanOrEqual(90_000);
      expect(observed.tokens?.resetMs).toBeGreaterThan(3_590_000);
      expect(observed.tokens?.resetMs).toBeLessThanOrEqual(3_600_000);
    });

    it("come with a failure", async () => {
      const { observed, failure } = failureOf(await call({ stream, behaviour: "error-429-ratelimit-requests-10-0-60-retry-after-30" }));
      expect(failure.retryAfterMs).toBe(30_000);
      expect(observed).toMatchObject({ ...NOTHING_OBSERVED, requests: { limit: 10, remaining: 0 } });
      expect(observed.requests?.resetMs).toBeGreaterThan(50_000);
    });

    it.each(["ratelimit-requests-m1-m1-m1", "ratelimit-tokens-0-m1-m60-ratelimit-requests-0-m5-0", "tokens-5"])(
      "are nothing when the headers are nonsense (%s)",
      async (behaviour) => {
        expect(successOf(await call({ stream, behaviour })).observed).toEqual(NOTHING_OBSERVED);
      },
    );
  });

  it("come with a call that is cancelled within its answer", async () => {
    const abort = new AbortController();
    const deltas: ModelDelta[] = [];
    const behaviour = "ratelimit-requests-10-3-90-stream-hang-3";
    const running = call({ stream: true, behaviour, signal: abort.signal, onDelta: (delta) => deltas.push(delta) });
    await vi.waitFor(() => expect(deltas).not.toEqual([]), { interval: 5 });
    abort.abort();
    expect(await running).toMatchObject({ kind: "cancelled", observed: { ...NOTHING_OBSERVED, requests: { limit: 10, remaining: 3 } } });
  });
}
