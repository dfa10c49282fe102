import type { ModelDelta } from "@composite-llm/contracts";
import { systemClock } from "@composite-llm/core";
import { expect, it, vi } from "vitest";
import { NOTHING_OBSERVED } from "../exchange/observed-limits.ts";
import { failureOf } from "./expect-outcome.ts";
import type { Suite } from "./provider-conformance.ts";

async function timed<Value>(work: Promise<Value>): Promise<{ value: Value; tookMs: number }> {
  const startMs = systemClock.monotonicMs();
  const value = await work;
  return { value, tookMs: systemClock.monotonicMs() - startMs };
}

export function describeInterruptions({ call, mock }: Suite): void {
  it.each([
    [false, "no-headers"],
    [true, "no-headers"],
    [true, "stream-hang-3"],
    [false, "stream-hang-3"],
    [true, "tps-20-tokens-500"],
  ])("is aborted within a second and closes the request (stream: %s, %s)", async (stream, behaviour) => {
    const abort = new AbortController();
    const before = await mock().stats();
    const deltas: ModelDelta[] = [];
    const running = call({ stream, behaviour, signal: abort.signal, onDelta: (delta) => deltas.push(delta) });
    await vi.waitFor(async () => expect((await mock().stats()).inFlight).toBe(before.inFlight + 1), { interval: 5 });
    if (behaviour !== "no-headers" && stream) await vi.waitFor(() => expect(deltas).not.toEqual([]), { interval: 5 });
    const deltasBefore = deltas.length;
    abort.abort();
    const { value, tookMs } = await timed(running);
    expect(value.kind).toBe("cancelled");
    expect(tookMs).toBeLessThan(1000);
    expect(deltas).toHaveLength(deltasBefore);
    await vi.waitFor(async () => expect((await mock().stats()).aborted).toBe(before.aborted + 1), { timeout: 2000 });
  });

  it("sends nothing when it is aborted before", async () => {
    const outcome = await call({ signal: AbortSignal.abort() });
    expect(outcome).toEqual({ kind: "cancelled", usage: null, observed: NOTHING_OBSERVED });
  });

  it.each(["no-headers", "ttft-5000", "stream-pings", "stream-drip", "stream-hang-0"])(
    "waits for the first token only so long: %s",
    async (behaviour) => {
      const { value, tookMs } = await timed(call({ stream: true, behaviour, timeouts: { firstTokenMs: 250 } }));
      expect(failureOf(value).failure.class).toBe("timeout");
      expect(tookMs).toBeGreaterThan(240);
      expect(tookMs).toBeLessThan(1250);
    },
  );

  it.each([
    [true, "stream-hang-3"],
    [true, "stream-pings-3"],
    [false, "stream-hang-3"],
  ])("waits for the next piece only so long (stream: %s, %s)", async (stream, behaviour) => {
    const { value, tookMs } = await timed(call({ stream, behaviour, timeouts: { idleMs: 250 } }));
    const { failure, partialText } = failureOf(value);
    expect(failure.class).toBe("timeout");
    expect(partialText !== "").toBe(stream);
    expect(tookMs).toBeLessThan(1250);
  });

  it.each(["latency-5000", "stream-pings"])("waits for an answer in one piece only so long: %s", async (behaviour) => {
    const { value, tookMs } = await timed(call({ behaviour, timeouts: { answerMs: 250 } }));
    expect(failureOf(value).failure.class).toBe("timeout");
    expect(tookMs).toBeLessThan(1250);
  });

  it("lets a slow answer that keeps coming take longer than any single wait", async () => {
    const timeouts = { firstTokenMs: 2000, idleMs: 400 };
    const { value, tookMs } = await timed(call({ stream: true, behaviour: "tps-20-tokens-20", timeouts }));
    expect(value.kind).toBe("success");
    expect(tookMs).toBeGreaterThan(800);
  });
}
