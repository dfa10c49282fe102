import { type CallRank, type PlannedSlot, type PlannedStage, stageKey, stepKey } from "@composite-llm/contracts";
import type { StageOutcome, StageRequest } from "@composite-llm/strategies";
import { placesOf } from "./calls-elsewhere.ts";
import { endOf } from "./critical-path.ts";
import { allMembersFailed } from "./run-failure.ts";
import type { Settled } from "./run-port.ts";
import type { RunScope } from "./run-scope.ts";
import { type SlotOutcome, STRAGGLER, toSlotOutcome } from "./slot-outcome.ts";
import { parseStageDecision, type StageDecision } from "./stage-decision.ts";
import { createStageWait } from "./stage-wait.ts";
import type { WantedCall } from "./step-calls.ts";

/** The stage that a composite member belonged to went on without it. */
class StageLeft extends Error {
  constructor() {
    super("the stage went on without this member");
    this.name = "StageLeft";
  }
}

/** Runs a stage: its calls at once, until its policy lets it go. Throws RunFailure when nobody answered and the stage is needed. */
export async function runStage(scope: RunScope, stage: PlannedStage, request: StageRequest): Promise<StageOutcome> {
  const { port } = scope;
  const key = stageKey(scope.prefix, stage.name, stage.layer);
  const stepOf = (slot: PlannedSlot): string => stepKey(scope.prefix, stage.name, stage.layer, slot.slot);
  const slots = stage.slots.filter((slot) => request.skip?.(slot) !== true);
  scope.signal.throwIfAborted();
  const beganAtMs = port.journal.entered.get(key) ?? port.now();
  const steps = slots.map(stepOf);
  const record = scope.timeline.begin({ name: `${scope.prefix}${stage.name}`, beganAtMs, steps });
  const title = { name: record.name, index: record.index };

  const started = { kind: "stage" as const, data: { ...title, state: "started" as const, reason: null } };
  // Not waited for: the calls follow on the same connection, and a replay finds the time in its journal.
  const entered = port.enter(key, [started, ...scope.pendingEvents.splice(0)]);
  entered.catch(() => undefined);
  const { policy } = stage;
  const ladderAtMs = scope.deadlineAtMs - scope.ladder.keptForFinalMs;
  const deadlineMs = policy.deadlineMs === null ? scope.deadlineAtMs : Math.min(scope.deadlineAtMs, beganAtMs + policy.deadlineMs);

  // A replay goes on with the answers that were decided on, whatever else came in since.
  const journaled = port.journal.released.get(key);
  const decided = journaled === undefined ? null : parseStageDecision(journaled);
  const isSent = slots.some((slot) => scope.calls.isJournaled(stepOf(slot)));
  // What was sent in time is waited for, whoever does it then.
  const isSkipped =
    decided === null &&
    !isSent &&
    request.optional === true &&
    port.deadlineAtMs - port.now() < scope.ladder.neededMs(stage.name, stage.layer);
  const answering = decided === null ? slots : slots.filter(({ slot }) => decided.slots.includes(slot));
  const asked = isSkipped ? [] : answering;

  const outcomes = new Map<number, SlotOutcome>();
  const wait = createStageWait({
    policy,
    slots: asked.length,
    remainingMs: deadlineMs - port.now(),
    ladderMs: ladderAtMs - port.now(),
    isOptional: request.optional === true,
    now: () => port.now(),
    startTimer: scope.startTimer,
    signal: scope.signal,
  });
  wait.released.catch(() => undefined);
  const note = (outcome: SlotOutcome): void => {
    outcomes.set(outcome.slot, outcome);
    if (outcome.kind === "answered") wait.succeeded(Math.max(beganAtMs, endOf(outcome.step, scope.calls.settled)));
    else wait.failed();
  };

  const bySteps = new Map(asked.map((slot) => [stepOf(slot), slot.slot]));
  const onSettled = (settled: Settled): void => {
    const slot = bySteps.get(settled.step);
    if (slot !== undefined && !outcomes.has(slot)) note(toSlotOutcome(slot, settled));
  };
  // Composite members end when this stage does, however it does.
  const leaving = new AbortController();
  const onAbort = (): void => leaving.abort(scope.signal.reason);
  scope.signal.addEventListener("abort", onAbort);
  const wanted: WantedCall[] = [];
  for (const slot of asked) {
    const messages = request.messages(slot);
    const { nested, provider, model, hedge } = slot.member;
    const isHedged = hedge !== undefined;
    if (nested === null) {
      const more = request.params?.(slot);
      const params = { ...slot.member.params, ...more };
      const rank: CallRank = scope.hasPaid ? 1 : 2;
      const step = { step: stepOf(slot), stage: title.name, slot: slot.slot, role: slot.role, rank, model, params, ...scope.memberStream };
      const places = placesOf(slot.member, more);
      wanted.push({ step: isHedged ? { ...step, watched: true } : step, provider, messages, places, isHedged });
    } else {
      // A composite member runs inside this run, so that no run ever waits for the slot of another.
      void scope
        .runNested(nested, stepOf(slot), slot.slot, messages, {
          signal: leaving.signal,
          deadlineAtMs: deadlineMs,
          isLast: false,
          hasPaid: scope.hasPaid,
        })
        .then(note);
    }
  }
  await Promise.all([entered, scope.calls.start(wanted, { deadlineMs, signal: leaving.signal }, onSettled)]);

  const released = await wait.released;
  const reason = isSkipped ? "ladder" : released;
  const decision = decided ?? release();
  record.endedAtMs = decision.atMs;
  record.reason = decision.reason;
  record.ended = [...outcomes.values()].map(({ step }) => step);
  leaving.abort(new StageLeft());
  scope.signal.removeEventListener("abort", onAbort);

  const failed = slots
    .filter(({ slot }) => !decision.slots.includes(slot))
    .map((slot) => {
      const outcome = outcomes.get(slot.slot) ?? journaledFailure(slot);
      return { step: stepOf(slot), slot: slot.slot, failure: outcome?.kind === "failed" ? outcome.failure : STRAGGLER };
    });
  scope.notes.failed.push(...failed);
  for (const { slot } of failed) scope.notes.degraded.push({ code: "member_failed", stage: title.name, slot });
  for (const slot of decision.slots) {
    const hasFallenBack = slots.some((one) => one.slot === slot && scope.calls.hasFallenBack(stepOf(one)));
    if (hasFallenBack) scope.notes.degraded.push({ code: "fallback_model", stage: title.name, slot });
  }
  if (decision.reason === "quorum") scope.notes.degraded.push({ code: "quorum_only", stage: title.name, slot: null });
  if (decision.slots.length === 0 && request.optional !== true) throw allMembersFailed(port.run, title.name, failed);

  const answers = decision.slots.flatMap((slot) => {
    const outcome = outcomes.get(slot);
    return outcome?.kind === "answered" ? [outcome.answer] : [];
  });
  return { answers, failed: failed.map(({ slot, failure }) => ({ slot, class: failure.class })) };

  /** Of this owner the decision is the first, or void: in both cases nothing has to wait for the journal, which gets it before what follows. */
  function release(): StageDecision {
    const counted = [...outcomes.values()].filter(({ kind }) => kind === "answered").map(({ slot }) => slot);
    const draft: StageDecision = { reason, slots: counted.toSorted((left, right) => left - right), atMs: port.now() };
    const event = { ...title, state: "released" as const, reason };
    const cells = asked.filter(({ slot }) => !outcomes.has(slot)).flatMap((slot) => scope.calls.openUnder(stepOf(slot)));
    const stragglers = { keep: policy.keepLate, cells };
    port.release(key, JSON.stringify(draft), event, stragglers).catch(() => undefined);
    return draft;
  }

  function journaledFailure(slot: PlannedSlot): SlotOutcome | undefined {
    const settled = port.journal.settled.find(({ step, status }) => step === stepOf(slot) && status === "failed");
    return settled === undefined ? undefined : toSlotOutcome(slot.slot, settled);
  }
}
