import { type CallJob, type CallReport, type CallStep, type ModelDelta, NO_USAGE } from "@composite-llm/contracts";
import { createRunId, type Failure, OUTPUT_CAP } from "@composite-llm/core";
import type { CallCost } from "@composite-llm/pricing";
import { type CallOptions, NOTHING_OBSERVED, type ProviderOutcome } from "@composite-llm/providers";
import type { CallDesk, CellClaim, Spending, TryEnd, Unfinished } from "@composite-llm/queue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLocalAdmission } from "./admission.ts";
import type { CallDeps } from "./call-deps.ts";
import { toFailure } from "./call-end.ts";
import { makeCall } from "./make-call.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const STEP: CallStep = {
  step: "propose.0.0",
  stage: "propose",
  slot: 0,
  role: "proposer",
  rank: 2,
  model: "m",
  params: {},
  prompt: 0,
  publish: null,
  stream: false,
};

function success(text: string): ProviderOutcome {
  const choice = { index: 0, message: { role: "assistant" as const, content: text }, finish_reason: "stop" as const };
  const usage = { ...NO_USAGE, inputTokens: 10, outputTokens: 2 };
  return {
    kind: "success",
    result: { servedModel: "m-1", choices: [choice], usage },
    reportedCostUsd: null,
    headers: {},
    observed: NOTHING_OBSERVED,
  };
}

function failure(failureClass: Failure["class"], retryAfterMs: number | null = null): ProviderOutcome {
  const failed = { class: failureClass, message: "no", status: 500, code: null, param: null, retryAfterMs };
  return { kind: "failure", failure: failed, usage: null, partialText: "", reportedCostUsd: null, headers: {}, observed: NOTHING_OBSERVED };
}

type Answer = ProviderOutcome | ((options: CallOptions) => Promise<ProviderOutcome>);

/** A call against a desk and a provider that do as told. */
function setUp(
  answers: Answer[],
  step: CallStep = STEP,
  refuse: string | null = null,
  prices: CallCost[] = [],
  { isAlone = true, left: cell = "lost" }: { isAlone?: boolean; left?: string } = {},
) {
  const begun: { tryNumber: number; previous: TryEnd | null }[] = [];
  const commits: { outcome: string; report: CallReport; unsent: readonly object[]; last: Spending | undefined }[] = [];
  const givenUp: (Unfinished | null)[] = [];
  const headers: unknown[] = [];
  let abort: () => void = () => undefined;
  const job: CallJob = {
    v: 1,
    run: createRunId(0),
    dispatch: 1,
    caller: "anonymous",
    priority: "interactive",
    provider: "openai",
    digest: "d",
    prompts: [[{ role: "user", content: "hi" }]],
    steps: [step],
    deadlineMs: 60_000,
    queuedAtMs: 0,
  };
  const desk: CallDesk = {
    clock: { now: () => performance.now(), observe: () => undefined },
    wait: async () => ({ kind: "noted" }),
    begin: async (_claim, tryNumber, previous) => {
      if (refuse !== null) return { kind: "refused", reason: refuse };
      begun.push({ tryNumber, previous });
      return { kind: "begun", deadlineAtMs: 60_000 };
    },
    append: async (_claim, _try, cursor) => {
      cursor.batches += 1;
      return "added";
    },
    commit: async (_claim, outcome, report, _stream, unsent, last) => {
      commits.push({ outcome, report, unsent, last });
      return outcome;
    },
    giveUp: async (_claim, spent) => {
      givenUp.push(spent ?? null);
      return cell;
    },
    suffer: async () => null,
    watch: (_claim, onAbort) => {
      abort = onAbort;
      return () => undefined;
    },
    isListening: () => true,
    close: async () => undefined,
  };
  const left = [...answers];
  const closing = new AbortController();
  const leftPrices = [...prices];
  const logger = { debug: () => undefined, info: () => undefined } as unknown as CallDeps["logger"];
  const deps: CallDeps = {
    desk,
    admission: createLocalAdmission(
      () => 10,
      () => performance.now(),
    ),
    targetOf: (provider) =>
      provider !== "openai"
        ? null
        : {
            provider: {
              call: async (_request, options) => {
                headers.push(options.headers);
                const answer = left.shift();
                if (answer === undefined) throw new Error("called once too often");
                return typeof answer === "function" ? answer(options) : answer;
              },
            },
            isSimulated: true,
            timeouts: { firstTokenMs: 1000, idleMs: 1000 },
            adapt: (_model, params) => ({ params, adjusted: ["temperature dropped"] }),
            price: () => leftPrices.shift() ?? { costNanoUsd: 7, costSource: "catalog" },
          },
    clock: { now: () => 0, monotonicMs: () => performance.now() },
    random: () => 0.5,
    startTimer: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    closing: closing.signal,
    logger,
  };
  const claim: CellClaim = { run: job.run as CellClaim["run"], job, step, fence: 1 };
  return {
    begun,
    commits,
    givenUp,
    headers,
    abort: () => abort(),
    close: () => closing.abort(),
    run: () => makeCall(claim, isAlone, deps),
  };
}

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

  it("waits as long as the provider asks", async () => {
    const call = setUp([failure("rate_limited", 5000), success("yes")]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(4999);
    expect(call.begun).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await running;
    expect(call.begun).toHaveLength(2);
  });

  it("hands a longer wait on to the client instead of waiting it out", async () => {
    const call = setUp([failure("rate_limited", 86_400_000)]);
    await call.run();
    expect(call.commits).toMatchObject([{ outcome: "failed", report: { failure: { class: "rate_limited", retryAfterMs: 86_400_000 } } }]);
  });

  it("commits a cancelled call as cancelled", async () => {
    const call = setUp([
      ({ signal }) =>
        new Promise((resolve) =>
          signal.addEventListener("abort", () => resolve({ kind: "cancelled", usage: null, observed: NOTHING_OBSERVED })),
        ),
    ]);
    const running = call.run();
    await vi.advanceTimersByTimeAsync(10);
    call.abort();
    await running;
    expect(call.commits).toMatchObject([{ outcome: "cancelled", report: { result: null, failure: null } }]);
  });

  it("is a time-out when its own time is over", async () => {
    const call = setUp([
      ({ signal }) =>
        new Promise((resolve) =>
          signal.addEventListener("abort", () => resolve({ kind: "cancelled", usage: null, observed: NOTHING_OBSERVED })),
        ),
    ]);
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
