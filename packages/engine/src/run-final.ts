import { type CallRank, finalKey, type Message, type Params, type PlannedSlot } from "@composite-llm/contracts";
import { ApiError } from "@composite-llm/core";
import type { Answer } from "@composite-llm/strategies";
import { placesOf } from "./calls-elsewhere.ts";
import { finalCallFailed, RunFailure } from "./run-failure.ts";
import type { Settled } from "./run-port.ts";
import type { RunScope } from "./run-scope.ts";
import { toSlotOutcome } from "./slot-outcome.ts";

/** Thrown in place of a last call for which the time that is left is known not to suffice. */
function noTimeForFinal(run: string): RunFailure {
  return new RunFailure(new ApiError("deadline_exceeded", "There was no time left for the last stage.", { composite: { run_id: run } }));
}

/**
 * Makes the last call of a strategy. Of the run's last one, the text goes to the client. Throws RunFailure when it gives no answer.
 *
 * @param more parameters that the strategy adds to those of the plan
 */
export async function runFinal(scope: RunScope, final: PlannedSlot, messages: readonly Message[], more: Params): Promise<Answer> {
  const { port } = scope;
  const step = finalKey(scope.prefix);
  const { finalMs } = scope.ladder;
  // One that was sent in time is waited for, whoever does it then.
  const isSent = scope.calls.isJournaled(step);
  if (!isSent && scope.fallback !== null && finalMs !== null && scope.deadlineAtMs - port.now() < finalMs) throw noTimeForFinal(port.run);

  if (final.member.nested !== null) {
    const { signal, deadlineAtMs, isLast, hasPaid } = scope;
    const within = { signal, deadlineAtMs, isLast, hasPaid };
    const outcome = await scope.runNested(final.member.nested, step, final.slot, messages, within);
    if (outcome.kind === "answered") return outcome.answer;
    throw finalCallFailed(port.run, { step, slot: final.slot, failure: outcome.failure }, false, scope.notes.failed);
  }

  scope.signal.throwIfAborted();
  const beganAtMs = port.journal.entered.get(step) ?? port.now();
  const record = scope.timeline.begin({ name: step, beganAtMs, steps: [step] });
  const title = { name: step, index: record.index };
  const started = { kind: "stage" as const, data: { ...title, state: "started" as const, reason: null } };
  // The calls need not wait for the journal here: both travel on one connection, in this order.
  const entered = port.enter(step, [started, ...scope.pendingEvents.splice(0)]);
  entered.catch(() => undefined);
  const publish = scope.isLast ? { publish: "delta" as const, stream: port.plan.delivery.stream } : scope.memberStream;
  const { promise, resolve, reject } = Promise.withResolvers<Settled>();
  // Sending may fail first, and then nobody is left to hear of this one.
  promise.catch(() => undefined);
  const onAbort = (): void => reject(scope.signal.reason as Error);
  scope.signal.addEventListener("abort", onAbort);
  const paidRank = scope.isLast ? 0 : 1;
  const rank: CallRank = scope.hasPaid ? paidRank : 2;
  const { provider, model } = final.member;
  const params = { ...final.member.params, ...more };
  const places = placesOf(final.member, more);
  const call = { step, stage: title.name, slot: final.slot, role: final.role, rank, model, params };
  const sending = scope.calls.start(
    [{ step: { ...call, ...publish }, provider, messages, places, isHedged: false }],
    { deadlineMs: scope.deadlineAtMs, signal: scope.signal },
    resolve,
  );
  try {
    await Promise.all([entered, sending]);
    const settled = await promise;
    record.endedAtMs = settled.report?.endedAtMs ?? port.now();
    record.reason = "all";
    record.ended = [step];
    const outcome = toSlotOutcome(final.slot, settled);
    if (scope.calls.hasFallenBack(step)) scope.notes.degraded.push({ code: "fallback_model", stage: title.name, slot: final.slot });
    if (outcome.kind === "answered") return outcome.answer;
    const call = { step, slot: final.slot, failure: outcome.failure };
    const isPlainModel = scope.prefix === "" && final.role === "single";
    const failed = finalCallFailed(port.run, call, isPlainModel, scope.notes.failed);
    scope.notes.failed.push(call);
    throw failed;
  } finally {
    scope.signal.removeEventListener("abort", onAbort);
  }
}
