import type { CallJob } from "@composite-llm/contracts";
import { LimitsUnavailable } from "@composite-llm/queue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failure, openRequest, setUpCall, STEP, success } from "./fixtures/fake-call.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const DEFERRED = { kind: "deferred", expectedMs: null, leastMs: 0, reason: "rate" } as const;
const CAN_GO = { ...STEP, hasFallback: true };
const OUT = new LimitsUnavailable("no Redis");

describe("what a call asks of the limits", () => {
  it("names its step, its caller, its place in its run and the job in which it can wait", async () => {
    const call = setUpCall([success("yes")], { ...STEP, rank: 1 });
    await call.run();
    const { run } = call.job;
    const job = { shard: 0, queue: "calls-openai", id: `${run}.1` };
    const place = {
      ticket: `${run}/propose.0.0`,
      provider: "openai",
      model: "m",
      role: "proposer",
      caller: "anonymous",
      weight: 1,
      class: 1,
    };
    const tokens = { estimate: { inputTokens: 10, outputTokens: 20 }, outputCap: null };
    expect(call.limits.asks).toEqual([{ ...place, ...tokens, job, untilMs: 60_000 }]);
  });

  it("says what its answers may have at most", async () => {
    const call = setUpCall([success("yes")], { ...STEP, params: { max_tokens: 50, n: 2 } });
    await call.run();
    expect(call.limits.asks).toMatchObject([{ outputCap: 100 }]);
  });

  it.each([
    ["interactive", 0, 0],
    ["interactive", 2, 2],
    ["batch", 0, 3],
    ["batch", 2, 5],
  ] as const)("is of a class: %s, rank %i: %i", async (priority: CallJob["priority"], rank, expected) => {
    const call = setUpCall([success("yes")], { ...STEP, rank }, null, [], { job: { priority } });
    await call.run();
    expect(call.limits.asks).toMatchObject([{ class: expected }]);
  });
});

describe("the lease of a call", () => {
  it("is given back with what was used, also by a request that failed", async () => {
    const call = setUpCall([failure("unavailable"), success("yes")]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(10_000);
    await running;
    expect(call.limits.settled).toMatchObject([
      { kind: "failed", class: "unavailable", used: null },
      { kind: "succeeded", used: { inputTokens: 10, outputTokens: 2 } },
    ]);
    expect(call.limits.held).toBe(0);
  });

  it("puts a key aside that is refused only where there is another", async () => {
    for (const [hasOneKey, told] of [
      [true, "bad_request"],
      [false, "auth"],
    ] as const) {
      const call = setUpCall([failure("auth")], STEP, null, [], { hasOneKey });
      await call.run();
      expect(call.limits.settled).toMatchObject([{ kind: "failed", class: told }]);
      expect(call.commits).toMatchObject([{ report: { failure: { class: "auth" } } }]);
    }
  });

  it("says which key it is sent with", async () => {
    const call = setUpCall([success("yes")], STEP, null, [], { admitted: [{ key: "other" }] });
    await call.run();
    expect(call.keys).toEqual(["other"]);
  });

  it("is given back unused when the run does not want the call", async () => {
    const call = setUpCall([], STEP, "won");
    await call.run();
    expect(call.limits.settled).toEqual([{ kind: "unsent" }]);
  });

  it("is given back and asked for again when it is too old to be used, and the call then stays here", async () => {
    const call = setUpCall([success("yes")], STEP, null, [], { admitted: ["stale", "granted"] });
    await call.run();
    expect(call.limits.settled).toMatchObject([{ kind: "unsent" }, { kind: "succeeded" }]);
    expect(call.limits.asks.map(({ job }) => job === null)).toEqual([false, true]);
    expect(call.begun.map(({ tryNumber }) => tryNumber)).toEqual([1, 1]);
    expect(call.commits).toMatchObject([{ report: { tries: 1 } }]);
  });

  it("is used though it is old when the two before it were, unless it is about to end", async () => {
    const call = setUpCall([success("yes")], STEP, null, [], { admitted: ["stale", "stale", "nearly_over", "stale", "granted"] });
    await call.run();
    expect(call.limits.settled.map(({ kind }) => kind)).toEqual(["unsent", "unsent", "unsent", "succeeded"]);
    expect(call.commits).toMatchObject([{ outcome: "succeeded", report: { tries: 1 } }]);
  });

  it("is given back when it is for a key that this process does not know", async () => {
    const call = setUpCall([success("yes")], STEP, null, [], { admitted: [{ key: "new" }] });
    const running = call.run();
    await vi.advanceTimersByTimeAsync(1000);
    await running;
    expect(call.limits.settled).toMatchObject([{ kind: "unsent" }, { kind: "succeeded" }]);
  });

  it("aborts the request when it is lost, so that nobody has more than the limit, and the call is tried again", async () => {
    const call = setUpCall([openRequest, success("yes")]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(100);
    call.limits.lose();
    await vi.advanceTimersByTimeAsync(10_000);
    await running;
    expect(call.begun[1]?.previous).toMatchObject({ class: "unavailable" });
    expect(call.limits.settled).toMatchObject([{ kind: "cancelled", used: null }, { kind: "succeeded" }]);
    expect(call.commits).toMatchObject([{ outcome: "succeeded", report: { tries: 2 } }]);
  });
});

describe("a call that its provider has no room for", () => {
  it("waits in nobody's hand, which its run sees", async () => {
    const call = setUpCall([], STEP, null, [], { admitted: [DEFERRED] });
    expect(await call.run()).toBe("deferred");
    expect(call).toMatchObject({ noted: ["propose.0.0"], begun: [], commits: [], givenUp: [] });
  });

  it("leaves the queue when its run does not want it any more", async () => {
    const call = setUpCall([], STEP, null, [], { admitted: [DEFERRED], wait: "closed" });
    expect(await call.run()).toBe("done");
    expect(call.limits.left).toMatchObject([{ ticket: `${call.job.run}/propose.0.0`, job: { id: `${call.job.run}.1` } }]);
  });

  it("leaves its place to the process that took it up meanwhile", async () => {
    const call = setUpCall([], STEP, null, [], { admitted: [DEFERRED], wait: "fenced" });
    expect(await call.run()).toBe("done");
    expect(call.limits.left).toEqual([]);
  });

  it("gets a job of its own when others of its job may still be under way, and keeps its place", async () => {
    const call = setUpCall([], STEP, null, [], { admitted: [DEFERRED], isAlone: false });
    expect(await call.run()).toBe("done");
    expect(call.givenUp).toEqual([null]);
    expect(call.limits.left).toEqual([]);
  });

  it("leaves the queue when it is given up for nobody", async () => {
    const call = setUpCall([], STEP, null, [], { admitted: [DEFERRED], isAlone: false, left: "cancelled" });
    await call.run();
    expect(call.limits.left).toHaveLength(1);
  });

  it.each([
    ["blocked for longer than the call has time", { leastMs: 3_600_000, expectedMs: 3_600_000, reason: "blocked" }, STEP, 3_600_000],
    ["too slow for one that can go elsewhere", { expectedMs: 31_000 }, CAN_GO, 31_000],
  ])("fails at once where the provider is %s", async (_why, wait, step, retryAfterMs) => {
    const call = setUpCall([], step, null, [], { admitted: [{ ...DEFERRED, ...wait }] });
    expect(await call.run()).toBe("done");
    expect(call.commits).toMatchObject([{ outcome: "failed", report: { tries: 0, failure: { class: "rate_limited", retryAfterMs } } }]);
    expect(call.commits[0]?.report.failure?.message).toMatch(/^openai lets this call wait \(\w+\), for \d+ s .* 60 s are left for it$/);
    expect(call.limits.left).toMatchObject([{ ticket: `${call.job.run}/propose.0.0` }]);
    expect(call.noted).toEqual([]);
  });

  it.each([
    ["others stand before it, some of whom may come after it", { expectedMs: 3_600_000, leastMs: 59_000 }, STEP],
    ["an operator may let it go on", { reason: "paused" }, STEP],
    ["it has to wait no longer than half of its time", { expectedMs: 29_000 }, CAN_GO],
  ])("waits where %s", async (_why, wait, step) => {
    const call = setUpCall([], step, null, [], { admitted: [{ ...DEFERRED, ...wait }] });
    expect(await call.run()).toBe("deferred");
    expect(call.limits.left).toEqual([]);
  });

  it("waits here when its stage goes on without it and nobody else would make it", async () => {
    const call = setUpCall([success("yes")], STEP, null, [], { admitted: [DEFERRED, "granted"], isAlone: false, left: "kept" });
    await call.run();
    expect(call.limits.asks.map(({ job }) => job === null)).toEqual([false, true]);
    expect(call.commits).toMatchObject([{ outcome: "succeeded" }]);
  });

  it("is dispatched anew with what it spent when it was tried before", async () => {
    const call = setUpCall([failure("rate_limited")], STEP, null, [], { admitted: ["granted", DEFERRED] });
    expect(await call.run()).toBe("done");
    expect(call.givenUp).toMatchObject([{ last: { class: "rate_limited" }, report: { tries: 1 } }]);
  });

  it("has no more tries than those that are left of an earlier dispatch", async () => {
    const call = setUpCall([failure("rate_limited")], { ...STEP, tried: 2 });
    await call.run();
    expect(call.commits).toMatchObject([{ outcome: "failed", report: { tries: 1, failure: { class: "rate_limited" } } }]);
  });

  it("counts all its waiting, also that in nobody's hand, and nothing of it as waiting for a worker", async () => {
    const admitted = [{ grantedAfterMs: 500, waitedMs: 3500 }];
    const call = setUpCall([success("yes")], STEP, null, [], { admitted, job: { queuedAtMs: -3100 } });
    const running = call.run();
    await vi.advanceTimersByTimeAsync(500);
    await running;
    expect(call.commits).toMatchObject([{ report: { admissionWaitMs: 3500, queueWaitMs: 100 } }]);
  });

  it("fails just before its time is over, as rate limited, and says why", async () => {
    const call = setUpCall([], STEP, null, [], { admitted: ["never"] });
    const running = call.run();
    await vi.advanceTimersByTimeAsync(59_900);
    await running;
    const failed = { class: "rate_limited", message: "the call's time was over before the provider's limits let it go" };
    expect(call.commits).toMatchObject([{ outcome: "failed", report: { tries: 0, failure: failed, admissionWaitMs: 59_750 } }]);
  });

  it("is not put aside again when its time is nearly over", async () => {
    const call = setUpCall([success("yes")], STEP, null, [], { job: { deadlineMs: 1000 } });
    await call.run();
    expect(call.limits.asks).toMatchObject([{ job: null }]);
  });

  it("does not wait for a provider that lets nothing through when it has another place to go to", async () => {
    for (const [reason, failureClass] of [
      ["breaker_open", "unavailable"],
      ["breaker_probing", "unavailable"],
      ["blocked", "rate_limited"],
      ["requests_per_minute", null],
      ["paused", null],
    ] as const) {
      const call = setUpCall([], { ...STEP, hasFallback: true }, null, [], { admitted: [{ ...DEFERRED, reason }] });
      const outcome = await call.run();
      if (failureClass === null) expect([outcome, call.limits.left]).toEqual(["deferred", []]);
      else {
        expect(call.commits).toMatchObject([{ outcome: "failed", report: { tries: 0, failure: { class: failureClass } } }]);
        expect(call.limits.left).toMatchObject([{ provider: "openai" }]);
      }
    }
    const alone = setUpCall([], STEP, null, [], { admitted: [{ ...DEFERRED, reason: "breaker_open" }] });
    expect(await alone.run()).toBe("deferred");
  });

  it("fails with the words of the limits when it can never be admitted", async () => {
    const refused = { kind: "refused", failure: "too_large", message: "tokens_per_minute is 100" } as const;
    const call = setUpCall([], STEP, null, [], { admitted: [refused] });
    await call.run();
    const failed = {
      class: "bad_request",
      status: 400,
      code: "over_provider_limit",
      message: expect.stringContaining(`openai never let this call go: ${refused.message}`) as string,
    };
    expect(call.commits).toMatchObject([{ outcome: "failed", report: { failure: failed } }]);
  });
});

describe("limits that cannot be asked", () => {
  it("let nothing go, and are asked again until they can be", async () => {
    const call = setUpCall([success("yes")], STEP, null, [], { admitted: [OUT, OUT, OUT, "granted"] });
    const running = call.run();
    await vi.advanceTimersByTimeAsync(0);
    expect(call.headers).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    await running;
    expect(call.commits).toMatchObject([{ outcome: "succeeded" }]);
  });

  it("fail a call at the end of its time, and say so", async () => {
    const call = setUpCall([], STEP, null, [], { admitted: Array.from({ length: 200 }, () => OUT) });
    const running = call.run();
    await vi.advanceTimersByTimeAsync(60_000);
    await running;
    expect(call.headers).toEqual([]);
    expect(call.commits).toMatchObject([{ outcome: "failed", report: { failure: { class: "unavailable" } } }]);
    expect(call.commits[0]?.report.failure?.message).toContain("could not be asked");
  });
});
