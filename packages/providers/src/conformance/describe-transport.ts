import type { FailureClass } from "@composite-llm/core";
import { expect, it } from "vitest";
import { contentOf, failureOf } from "./expect-outcome.ts";
import type { Suite } from "./provider-conformance.ts";
import { createCaller } from "./vendor-under-test.ts";

const BROKEN: readonly (readonly [behaviour: string, streamed: FailureClass, whole: FailureClass])[] = [
  ["stream-cut-4", "truncated", "invalid_response"],
  ["stream-rst-4", "truncated", "truncated"],
  ["stream-half-close-4", "truncated", "truncated"],
  ["stream-garbage-4", "invalid_response", "invalid_response"],
  ["gzip-bomb-100", "invalid_response", "invalid_response"],
];

export function describeTransport({ vendor, call, mock }: Suite): void {
  it.each(BROKEN)("takes %s for no answer: %s when streamed, else %s", async (behaviour, streamed, whole) => {
    const deltas: string[] = [];
    const broken = failureOf(await call({ stream: true, behaviour, onDelta: (delta) => deltas.push(delta.text ?? "") }));
    expect(broken.failure.class).toBe(streamed);
    expect(broken.partialText).toBe(deltas.join(""));
    expect(failureOf(await call({ behaviour })).failure.class).toBe(whole);
  });

  it("takes an error within a stream for no answer, and tells an overload, which Anthropic's is, from a fault", async () => {
    const broken = failureOf(await call({ stream: true, behaviour: "stream-error-4" }));
    expect(broken.failure.class).toBe(vendor.wire === "anthropic" ? "rate_limited" : "unavailable");
    expect(broken.partialText).not.toBe("");
    expect(failureOf(await call({ behaviour: "stream-error-4" })).failure.class).toBe("unavailable");
  });

  it("gives up an event of 5 MB", async () => {
    expect(failureOf(await call({ stream: true, behaviour: "stream-big-5" })).failure.class).toBe("invalid_response");
  });

  it("takes an answer of 5 MB in one piece", async () => {
    expect(contentOf(await call({ behaviour: "stream-big-5" })).length).toBeGreaterThan(5_000_000);
  });

  it.each(["stream-no-end", "stream-comments", "stream-split", "stream-crlf"])("reads %s like a plain stream", async (behaviour) => {
    const plain = contentOf(await call({ behaviour }));
    expect(contentOf(await call({ stream: true, behaviour }))).toBe(plain);
  });

  it("unpacks an answer that a proxy packed", async () => {
    expect(contentOf(await call({ behaviour: "gzip-bomb-1" })).length).toBeGreaterThan(1_000_000);
  });

  it("says unavailable when nobody listens", async () => {
    const nowhere = createCaller(vendor, () => "http://127.0.0.1:1", globalThis.fetch);
    const outcome = failureOf(await nowhere({}));
    expect(outcome.failure).toMatchObject({ class: "unavailable", status: null });
    expect(outcome.headers).toEqual({});
  });

  it("gives the same answers over the platform's own fetch", async () => {
    const callOverPlatform = createCaller(vendor, () => mock().url, globalThis.fetch);
    const plain = contentOf(await call({}));
    expect(contentOf(await callOverPlatform({}))).toBe(plain);
    expect(contentOf(await callOverPlatform({ stream: true }))).toBe(plain);
    expect(failureOf(await callOverPlatform({ behaviour: "error-429-retry-after-2" })).failure.retryAfterMs).toBe(2000);
  });
}
