import { type Message, type PlannedStrategy } from "@composite-llm/contracts";
import { ApiError } from "@composite-llm/core";
import { endRun, failRun } from "./end-run.ts";
import { deadlineExceeded, RunFailure } from "./run-failure.ts";
import type { RunPort, Timer } from "./run-port.ts";
import type { NestedBounds, RunScope } from "./run-scope.ts";
import { runFinal } from "./run-final.ts";
import { runStrategy } from "./run-strategy.ts";
import type { Registry, Strategy, StrategyResult } from "@composite-llm/strategies";
import { type SlotOutcome, toAnswer } from "./slot-outcome.ts";
import { findFallback } from "./fallback.ts";
import { lastCallOf } from "./last-call.ts";
import type { LatencyBook } from "./latency-book.ts";
import { createStepCalls } from "./step-calls.ts";
import { createTimeLadder, NO_LADDER } from "./time-ladder.ts";
import { createTimeline } from "./timeline.ts";

/** How far the clocks of two processes may be apart. */
const CLOCK_TOLERANCE_MS = 50;

export interface ExecuteOptions {
  /** Strategies by name, as this process loaded them. */
  registry: Registry<Strategy>;
  startTimer: Timer;
  /** What this process learned of how long calls take. */
  latencies: LatencyBook;
  /** Told of faults of ours: a strategy's bug, a stage that was never planned. */
  onFault(error: Error): void;
}

/**
 * Executes a run from wherever its journal stands to its end, and finishes it. Resolves when the run is finished by this owner; rejects with what the
 * port rejects with when the run is another's by now.
 */
export async function executeRun(port: RunPort, options: ExecuteOptions): Promise<void> {
  const { plan } = port;
  const timeline = createTimeline();
  const calls = createStepCalls(port, options.latencies, options.startTimer);
  const scope: RunScope = {
    port,
    calls,
    timeline,
    notes: { degraded: [], failed: [] },
    startTimer: options.startTimer,
    signal: port.signal,
    deadlineAtMs: port.deadlineAtMs,
    isLast: true,
    hasPaid: false,
    prefix: "",
    memberStream: plan.delivery.streamMembers ? { publish: "member_delta", stream: true } : { publish: null, stream: false },
    pendingEvents: [],
    ladder: createTimeLadder(plan.root, plan.totalDeadlineMs, options.latencies),
    fallback: null,
    runNested,
  };

  async function runNested(
    nested: PlannedStrategy,
    step: string,
    slot: number,
    messages: readonly Message[],
    within: NestedBounds,
  ): Promise<SlotOutcome> {
    const { signal, isLast } = within;
    try {
      const { answer } = await runStrategy(
        { ...scope, ...within, prefix: `${step}/`, fallback: null, ladder: NO_LADDER },
        nested,
        messages,
        options.registry,
      );
      // The answer of a last call keeps the step under which the client saw it.
      return { slot, step, kind: "answered", answer: isLast ? answer : toAnswer(slot, step, answer.result) };
    } catch (error) {
      // It never rejects: who waits for the slot hears of a lost run by its own port.
      const isExpected = error instanceof RunFailure;
      if (!isExpected && !signal.aborted) options.onFault(error as Error);
      const message = error instanceof Error ? error.message : String(error);
      const retryAfterMs = isExpected ? (error.apiError.details.retryAfterMs ?? null) : null;
      const status = isExpected ? error.apiError.status : null;
      const failure = {
        class: isExpected ? error.failureClass : ("unavailable" as const),
        message,
        status,
        code: null,
        param: null,
        retryAfterMs,
      };
      return { slot, step, kind: "failed", failure };
    }
  }

  const { promise: outOfTime, reject: runOut } = Promise.withResolvers<never>();
  const stopTimer = options.startTimer(Math.max(0, port.deadlineAtMs - port.now()), () =>
    runOut(deadlineExceeded(port.run, plan.totalDeadlineMs)),
  );
  try {
    const result = await Promise.race([
      plan.finalOnly ? finalAlone(scope) : runStrategy(scope, plan.root, plan.request.messages, options.registry),
      outOfTime,
    ]);
    await endRun(scope, result);
  } catch (error) {
    if (port.signal.aborted) throw error;
    if (error instanceof RunFailure) {
      const fallback = error.isClients ? null : await findFallback(scope);
      if (fallback !== null) return await endRun(scope, fallback);
      // The last calls end with the run's time, by a clock of their own: their failure may be heard of before it is over here.
      const isOutOfTime = error.isTimeout && port.now() >= port.deadlineAtMs - CLOCK_TOLERANCE_MS;
      await failRun(scope, (isOutOfTime ? deadlineExceeded(port.run, plan.totalDeadlineMs) : error).apiError);
      return;
    }
    options.onFault(error as Error);
    await failRun(
      scope,
      new ApiError("internal_error", "The run failed inside the service; the logs name it by its id.", { composite: { run_id: port.run } }),
    );
  } finally {
    stopTimer();
  }
}

/** The request brings tool results: the panel has spoken before, only the last model goes on. */
async function finalAlone(scope: RunScope): Promise<StrategyResult> {
  const { plan } = scope.port;
  const { final, prefix } = lastCallOf(plan.root);
  const hasPaid = plan.root.strategy !== "single";
  const answer = await runFinal({ ...scope, prefix, hasPaid }, final, plan.request.messages, {});
  return hasPaid ? { answer, degraded: [{ code: "tools_final_only", stage: null, slot: null }] } : { answer };
}
