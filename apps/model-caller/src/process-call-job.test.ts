import { type CallJob, type CallReport } from "@composite-llm/contracts";
import { createRunId, isRetryable } from "@composite-llm/core";
import { type IsolatedEnd } from "@composite-llm/runtime";
import { describe, expect, it } from "vitest";
import { createCallsInHand } from "./calls-in-hand.ts";
import { type Answer, createFakeLimits } from "./fixtures/fake-limits.ts";
import { type CallJobDeps, processCallJob } from "./process-call-job.ts";

const step = (name: string): CallJob["steps"][number] => ({
  step: name,
  stage: "propose",
  slot: 0,
  role: "proposer",
  rank: 2,
  model: "m",
  params: {},
  prompt: 0,
  publish: null,
  stream: false,
});

/** A job that was taken so often from a worker that died, and what becomes of its calls. */
function setUp({ steps = ["propose.0.0"], stalls = 0, deaths = stalls, cells = {}, end, admitted = [], hasFallback }: Setting) {
  const limits = createFakeLimits(admitted);
  const deferred: string[] = [];
  const begun: string[] = [];
  const commits: CallReport[] = [];
  const apart: unknown[] = [];
  const inHand = createCallsInHand();
  const untilMs: number[] = [];
  const suffered: (string | null)[] = [];
  const job: CallJob = {
    v: 1,
    run: createRunId(0),
    dispatch: 1001,
    caller: "anonymous",
    priority: "interactive",
    provider: "openai",
    digest: "d",
    prompts: [[]],
    steps: steps.map((name) => ({ ...step(name), ...(hasFallback === true ? { hasFallback } : {}) })),
    deadlineMs: 60_000,
    queuedAtMs: 0,
  };
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const logger = { ...silent, child: () => silent } as unknown as CallJobDeps["logger"];
  const deps: CallJobDeps = {
    desk: {
      clock: { now: () => 0, observe: () => undefined },
      wait: async () => ({ kind: "noted" }),
      begin: async (claim) => {
        begun.push(claim.step.step);
        untilMs.push(inHand.latestMs());
        return { kind: "refused", reason: "seen" };
      },
      append: async () => "refused",
      commit: async (_claim, outcome, report) => {
        commits.push(report);
        return outcome;
      },
      giveUp: async (claim) => cells[claim.step.step] ?? "lost",
      suffer: async (_claim, _job, died) => {
        suffered.push(died);
        return { deaths, reason: "killed" };
      },
      watch: () => () => undefined,
      isListening: () => true,
      close: async () => undefined,
    },
    limits,
    weightOf: () => 1,
    deferred: { add: (claim) => void deferred.push(claim.step.step) },
    targetOf: () => ({
      providerOf: () => ({ call: () => Promise.reject(new Error("called")) }),
      hasOneKey: true,
      estimate: async () => ({ inputTokens: 1, outputTokens: 1 }),
      isSimulated: true,
      timeouts: { firstTokenMs: 1000, idleMs: 1000 },
      adapt: (_model, params) => ({ params, adjusted: [] }),
      price: () => ({ costNanoUsd: 0, costSource: "catalog" }),
    }),
    clock: { now: () => 0, monotonicMs: () => 0 },
    random: () => 0,
    startTimer: () => () => undefined,
    closing: new AbortController().signal,
    logger,
    inHand,
    isolation: {
      isFull: false,
      run: async (order) => {
        apart.push(order);
        return end ?? { kind: "done", outcome: "done" };
      },
    },
  };
  const taken = {
    id: `${job.run}.1001`,
    data: job,
    fence: stalls + 1,
    stalls,
    signal: new AbortController().signal,
    handBack: async () => new Error("handed back"),
    postpone: async (delayMs: number) => new Error(`postponed by ${delayMs} ms`),
  };
  return { process: () => processCallJob(taken, deps), job, begun, commits, apart, suffered, inHand, untilMs, limits, deferred };
}

const DEFERRED = { kind: "deferred", expectedMs: null, leastMs: 0, reason: "rate" } as const;

interface Setting {
  steps?: string[];
  stalls?: number;
  deaths?: number;
  /** What becomes of cells that are given up; lost unless given. */
  cells?: Record<string, string>;
  end?: IsolatedEnd;
  /** How the limits answer; all is granted unless given. */
  admitted?: Answer[];
  hasFallback?: boolean;
}

describe("a call job", () => {
  it("is done here, all calls at once, when no worker died on it", async () => {
    const { process, begun, suffered } = setUp({ steps: ["propose.0.0", "propose.0.1"] });
    await process();
    expect(begun).toEqual(["propose.0.0", "propose.0.1"]);
    expect(suffered).toEqual([]);
  });

  it("is in hand until it is done, which its process waits for", async () => {
    const { process, inHand, untilMs } = setUp({});
    const leave = inHand.take(50_000);
    await process();
    expect(untilMs).toEqual([60_000]);
    expect(inHand.latestMs()).toBe(50_000);
    leave();
    expect(inHand.latestMs()).toBe(0);
  });

  it("of several calls on which a worker died leaves each to a job of its own", async () => {
    const { process, begun, suffered } = setUp({ steps: ["propose.0.0", "propose.0.1"], stalls: 1 });
    await process();
    expect({ begun, suffered }).toEqual({ begun: [], suffered: [] });
  });

  it("still makes the calls whose stage goes on without them", async () => {
    const { process, begun } = setUp({ steps: ["propose.0.0", "propose.0.1"], stalls: 1, cells: { "propose.0.1": "kept" } });
    await process();
    expect(begun).toEqual(["propose.0.1"]);
  });

  it("of one call is done here up to the second death, in a process of its own from the third on", async () => {
    const twice = setUp({ stalls: 2 });
    await twice.process();
    expect(twice).toMatchObject({ begun: ["propose.0.0"], apart: [] });
    const often = setUp({ stalls: 3 });
    await often.process();
    expect(often).toMatchObject({ begun: [], apart: [{ data: often.job, fence: 4, steps: ["propose.0.0"] }] });
  });

  it("counts the death of that process", async () => {
    const { process, suffered } = setUp({ stalls: 3, end: { kind: "died", how: "killed by SIGKILL" } });
    await expect(process()).rejects.toThrow("postponed by 500 ms");
    expect(suffered).toEqual([null, "killed by SIGKILL"]);
  });

  it("is put aside until shortly before its end when its provider has no room, and looked after meanwhile", async () => {
    const { process, deferred, begun } = setUp({ admitted: [DEFERRED] });
    await expect(process()).rejects.toThrow("postponed by 59000 ms");
    expect({ deferred, begun }).toEqual({ deferred: ["propose.0.0"], begun: [] });
  });

  it("is looked after again in half of its time when it can go elsewhere", async () => {
    const { process } = setUp({ admitted: [DEFERRED], hasFallback: true });
    await expect(process()).rejects.toThrow("postponed by 30000 ms");
  });

  it("is put aside also when a process of its own was told to wait", async () => {
    const { process, deferred, suffered } = setUp({ stalls: 3, end: { kind: "done", outcome: "deferred" } });
    await expect(process()).rejects.toThrow("postponed by 59000 ms");
    expect({ deferred, suffered }).toEqual({ deferred: ["propose.0.0"], suffered: [null] });
  });

  it("of several calls is done when some of them wait in jobs of their own", async () => {
    const { process, begun } = setUp({ steps: ["propose.0.0", "propose.0.1"], admitted: [DEFERRED, "granted"] });
    await process();
    expect(begun).toEqual(["propose.0.1"]);
  });

  it("fails after the twelfth death, with the reason, and cannot be repeated", async () => {
    const { process, begun, apart, commits } = setUp({ stalls: 3, deaths: 12 });
    await process();
    expect({ begun, apart }).toEqual({ begun: [], apart: [] });
    const [report] = commits;
    expect(report).toMatchObject({ step: "propose.0.0", tries: 0, failure: { class: "unavailable", code: "worker_deaths" } });
    expect(report?.failure?.message).toMatch(/12 workers died .* \(the last one: killed\)/);
    expect(report?.failure && isRetryable(report.failure)).toBe(false);
  });
});
