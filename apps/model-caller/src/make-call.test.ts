import { type ModelDelta, NO_USAGE } from "@composite-llm/contracts";
import { OUTPUT_CAP } from "@composite-llm/core";
import type { CallCost } from "@composite-llm/pricing";
import type { CallOptions, ProviderOutcome } from "@composite-llm/providers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { toFailure } from "./call-end.ts";
import { failure, openRequest, setUpCall as setUp, STEP, success } from "./fixtures/fake-call.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("makeCall", () => {
  it("commits the answer with what it used and cost", async () => {
    const call = setUp([success("yes")]);
    await call.run();
    expect(call.commits).toMatchObject([
      {
        outcome: "succeeded",
        report: {
          tries: 1,
          servedModel: "m-1",
          usage: { inputTokens: 10 },
          costNanoUsd: 7,
          adjusted: ["temperature dropped"],
          failure: null,
        },
      },
    ]);
  });

  it("is unpriced when any try that used tokens has no price, whatever the others cost", async () => {
    const used = { ...failure("unavailable"), usage: { ...NO_USAGE, inputTokens: 10 } };
    const unpriced: CallCost = { costNanoUsd: null, costSource: "unpriced" };
    for (const [first, prices] of [
      [failure("unavailable"), [unpriced]],
      [used, [unpriced]],
      [used, [{ costNanoUsd: 7, costSource: "catalog" }, unpriced]],
    ] as const) {
      const call = setUp([first, success("yes")], STEP, null, [...prices]);
      const running = call.run();
      await vi.advanceTimersByTimeAsync(10_000);
      await running;
      expect(call.commits).toMatchObject([{ outcome: "succeeded", report: { tries: 2, ...unpriced } }]);
    }
  });

  it("reports what all tries used and cost, and records of the last try its own", async () => {
    const used = { ...failure("empty"), usage: { ...NO_USAGE, inputTokens: 100 } };
    const call = setUp([used, success("yes")]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(10_000);
    await running;
    expect(call.begun[1]?.previous).toMatchObject({ usage: { inputTokens: 100 }, costNanoUsd: 7 });
    expect(call.commits).toMatchObject([
      { report: { usage: { inputTokens: 110 }, costNanoUsd: 14 }, last: { usage: { inputTokens: 10 }, costNanoUsd: 7 } },
    ]);
  });

  it("takes the source of its price from the try that has one", async () => {
    const call = setUp([failure("unavailable"), success("yes")]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(10_000);
    await running;
    expect(call.commits).toMatchObject([{ report: { costNanoUsd: 7, costSource: "catalog" } }]);
  });

  it("names the call to the judge, try by try", async () => {
    const call = setUp([failure("unavailable"), success("yes")]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(10_000);
    await running;
    expect(call.headers).toMatchObject([{ "x-composite-step": "propose.0.0", "x-composite-try": "1" }, { "x-composite-try": "2" }]);
  });

  it("tries again what may pass, and announces each request with the end of the one before", async () => {
    const call = setUp([failure("unavailable"), failure("timeout"), success("at last")]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(30_000);
    await running;
    expect(call.begun.map(({ tryNumber, previous }) => [tryNumber, previous?.class ?? null])).toEqual([
      [1, null],
      [2, "unavailable"],
      [3, "timeout"],
    ]);
    expect(call.commits[0]).toMatchObject({ outcome: "succeeded", report: { tries: 3 } });
  });

  it("gives up after three tries", async () => {
    const call = setUp([failure("unavailable"), failure("unavailable"), failure("unavailable")]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(60_000);
    await running;
    expect(call.commits).toMatchObject([{ outcome: "failed", report: { tries: 3, failure: { class: "unavailable" } } }]);
  });

  it("does not repeat what can only fail again", async () => {
    const call = setUp([failure("bad_request")]);
    await call.run();
    expect(call.commits).toMatchObject([{ outcome: "failed", report: { tries: 1, costNanoUsd: 0, failure: { class: "bad_request" } } }]);
  });

  it("does not pay again for an answer that used up its output cap", async () => {
    const capped = { ...failure("truncated"), failure: { ...toFailure("truncated", "no room"), code: OUTPUT_CAP } };
    const call = setUp([capped]);
    await call.run();
    expect(call.commits).toMatchObject([{ outcome: "failed", report: { tries: 1, failure: { class: "truncated", code: "output_cap" } } }]);
  });

  it("asks the limits again, which know how long a provider without room is left alone, and does not wait by itself", async () => {
    const call = setUp([failure("rate_limited", 5000), success("yes")], STEP, null, [], {
      admitted: ["granted", { grantedAfterMs: 1000 }],
    });
    const running = call.run();
    await vi.advanceTimersByTimeAsync(999);
    expect(call.begun).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await running;
    expect(call.begun).toHaveLength(2);
    expect(call.limits.settled).toMatchObject([{ kind: "failed", class: "rate_limited", retryAfterMs: 5000 }, { kind: "succeeded" }]);
  });

  it("hands a longer wait on to the client instead of waiting it out", async () => {
    const call = setUp([failure("rate_limited", 86_400_000)]);
    await call.run();
    expect(call.commits).toMatchObject([{ outcome: "failed", report: { failure: { class: "rate_limited", retryAfterMs: 86_400_000 } } }]);
  });

  it("commits a cancelled call as cancelled", async () => {
    const call = setUp([openRequest]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(10);
    call.abort();
    await running;
    expect(call.commits).toMatchObject([{ outcome: "cancelled", report: { result: null, failure: null } }]);
  });

  it("is a time-out when its own time is over", async () => {
    const call = setUp([openRequest]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(60_000);
    await running;
    expect(call.commits).toMatchObject([{ outcome: "failed", report: { failure: { class: "timeout" } } }]);
  });

  it("sends nothing and commits nothing when the run does not want it", async () => {
    const call = setUp([], STEP, "won");
    await call.run();
    expect(call.headers).toHaveLength(0);
    expect(call.commits).toHaveLength(0);
  });

  it.each([
    ["delta", true],
    ["member_delta", false],
    [null, false],
  ] as const)("published as %s, takes any answer of the vendor's: %s", async (publish, accepts) => {
    const seen: unknown[] = [];
    const answer = async ({ acceptAnyAnswer }: CallOptions): Promise<ProviderOutcome> => {
      seen.push(acceptAnyAnswer);
      return success("yes");
    };
    await setUp([answer], { ...STEP, publish }).run();
    expect(seen).toEqual([accepts]);
  });

  it("leaves to the commit what was not streamed of a published answer", async () => {
    const call = setUp([success("the whole text")], { ...STEP, publish: "delta" });
    await call.run();
    expect(call.commits[0]?.unsent).toEqual([{ text: "the whole text" }]);
  });

  it("streams the tokens of a published step and commits the rest", async () => {
    const streamed = async ({ onDelta }: CallOptions): Promise<ProviderOutcome> => {
      const tell = onDelta ?? ((_delta: ModelDelta) => undefined);
      tell({ choice: 0, text: "one " });
      tell({ choice: 0, text: "two" });
      return success("one two");
    };
    const call = setUp([streamed], { ...STEP, publish: "delta", stream: true });
    await call.run();
    expect(call.commits[0]?.unsent).toEqual([{ text: "two" }]);
  });

  it("leaves a call that waits for its next try to another process when this one ends", async () => {
    const call = setUp([failure("unavailable")]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(0);
    call.close();
    expect(await running).toBe("done");
    expect(call.commits).toHaveLength(0);
    expect(call.givenUp).toHaveLength(1);
  });

  it("says what it spent when it is left to another process", async () => {
    const used = { ...failure("empty"), usage: { ...NO_USAGE, inputTokens: 100 } };
    const call = setUp([used]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(0);
    call.close();
    await running;
    const spent = { usage: { inputTokens: 100 }, costNanoUsd: 7 };
    expect(call.givenUp).toMatchObject([{ last: { status: "failed", class: "empty", ...spent }, report: { tries: 1, ...spent } }]);
  });

  it("is left to a job of its own when others of its job may still be under way", async () => {
    const call = setUp([], STEP, null, [], { isAlone: false });
    call.close();
    expect(await call.run()).toBe("done");
    expect(call.givenUp).toEqual([null]);
  });

  it("has its job handed back when its stage goes on without it and nobody else would make it", async () => {
    const call = setUp([], STEP, null, [], { isAlone: false, left: "kept" });
    call.close();
    expect(await call.run()).toBe("handed_back");
  });

  it("waits for a call that is sent when this process ends", async () => {
    const call = setUp([() => new Promise((resolve) => setTimeout(() => resolve(success("in time")), 5000))]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(100);
    call.close();
    await vi.advanceTimersByTimeAsync(5000);
    expect(await running).toBe("done");
    expect(call.commits).toMatchObject([{ outcome: "succeeded" }]);
  });

  it("sends nothing any more once this process ends", async () => {
    const call = setUp([]);
    call.close();
    expect(await call.run()).toBe("handed_back");
    expect(call.headers).toHaveLength(0);
  });
});
