import type { Message, Params, PlannedSlot, PlannedStrategy } from "@composite-llm/contracts";
import { createRandom, type FailureClass, type JsonObject } from "@composite-llm/core";
import type { Answer, MemberRef, StageOutcome, StageRequest, Strategy, StrategyResult } from "../strategy.ts";
import { toFakePlan } from "./to-fake-plan.ts";

/** A call that the strategy made. */
export interface FakeCall {
  step: string;
  stage: string;
  layer: number;
  slot: PlannedSlot;
  messages: readonly Message[];
  /** The member's parameters with those of the stage. */
  params: Params;
}

export interface FakeRunInput {
  /** As a client would send them; parsed by the strategy's schema. */
  options?: JsonObject;
  messages?: readonly Message[];
  base?: MemberRef;
  toolNotes?: string | null;
  seed?: number;
  /** What a call answers: a text, or the class of its failure. */
  answer(call: FakeCall): string | { fails: FailureClass };
}

export interface FakeRun {
  plan: PlannedStrategy;
  result: StrategyResult;
  /** In the order in which they were made. */
  calls: FakeCall[];
  ballots: { step: string; ranking: number[]; critique: string | null }[];
}

/** Every slot of a stage failed that the run cannot go without. */
export class StageFailedError extends Error {
  readonly failed: StageOutcome["failed"];

  constructor(stage: string, failed: StageOutcome["failed"]) {
    super(`every slot of the stage ${stage} failed`);
    this.name = "StageFailedError";
    this.failed = failed;
  }
}

/**
 * Runs a strategy from its options to its result without any engine. It also holds the strategy to its rules: only planned
 * stages and at most one final call; no edit of the client's messages, and at most one message behind them.
 *
 * @throws StageFailedError as the engine would end the run
 * @throws Error when the strategy breaks a rule
 * @throws ZodError when the options do not fit its schema
 */
export async function runWithFakes<Options extends JsonObject>(strategy: Strategy<Options>, input: FakeRunInput): Promise<FakeRun> {
  const messages = input.messages ?? [{ role: "user", content: "What is the capital of France?" }];
  const sent = JSON.stringify(messages);
  const base = input.base ?? { model: "fake/base" };
  const options = strategy.options.parse(input.options ?? {});
  const plan = toFakePlan(strategy.name, options, strategy.plan({ options, base }), input.seed ?? 1);
  const calls: FakeCall[] = [];
  const ballots: FakeRun["ballots"] = [];

  const call = (made: FakeCall): Answer | FailureClass => {
    if (JSON.stringify(made.messages.slice(0, messages.length)) !== sent || JSON.stringify(messages) !== sent) {
      throw new Error(`${made.step}: the client's messages were edited`);
    }
    const added = made.messages.slice(messages.length);
    if (added.length > 1 || added.some(({ role }) => role !== "user")) {
      throw new Error(`${made.step}: an addition is one trailing user message`);
    }
    calls.push(made);
    const answered = input.answer(made);
    return typeof answered === "string" ? toAnswer(made, answered) : answered.fails;
  };

  const stage = async (request: StageRequest): Promise<StageOutcome> => {
    const { name, layer = 0 } = request;
    const planned = plan.stages.find((candidate) => candidate.name === name && candidate.layer === layer);
    if (planned === undefined) throw new Error(`the plan has no stage ${name} with layer ${layer}`);
    if (calls.some((made) => made.stage === name && made.layer === layer)) throw new Error(`the stage ${name}.${layer} ran twice`);
    const outcome: StageOutcome = { answers: [], failed: [] };
    for (const slot of planned.slots.filter((slot) => request.skip?.(slot) !== true)) {
      const params = { ...slot.member.params, ...request.params?.(slot) };
      const answered = call({ step: `${name}.${layer}.${slot.slot}`, stage: name, layer, slot, messages: request.messages(slot), params });
      if (typeof answered === "string") outcome.failed.push({ slot: slot.slot, class: answered });
      else outcome.answers.push(answered);
    }
    if (outcome.answers.length === 0 && request.optional !== true) throw new StageFailedError(name, outcome.failed);
    return outcome;
  };

  const final = async (
    finalMessages: readonly Message[],
    { params = {} }: { params?: Params; fallback?: Answer } = {},
  ): Promise<Answer> => {
    if (calls.some(({ stage }) => stage === "final")) throw new Error("there is one final call at most");
    const slot = plan.final;
    const made = { step: "final", stage: "final", layer: 0, slot, messages: finalMessages, params: { ...slot.member.params, ...params } };
    const answered = call(made);
    if (typeof answered === "string") throw new StageFailedError("final", [{ slot: 0, class: answered }]);
    return answered;
  };

  const result = await strategy.run({
    options,
    messages,
    toolNotes: input.toolNotes ?? null,
    plan,
    random: createRandom(plan.seed),
    stage,
    final,
    ballot: (step, ranking, critique) => ballots.push({ step, ranking, critique }),
  });
  return { plan, result, calls, ballots };
}

function toAnswer({ step, slot }: FakeCall, text: string): Answer {
  const message = { role: "assistant" as const, content: text };
  const choice = { index: 0, message, finish_reason: "stop" as const };
  return { slot: slot.slot, step, text, result: { servedModel: slot.member.model, choices: [choice], usage: null } };
}
