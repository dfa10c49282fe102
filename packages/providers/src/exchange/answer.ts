import type { AssistantMessage, FinishReason, ModelResult, ResultChoice, Usage } from "@composite-llm/contracts";
import { type Failure, type FailureClass, OUTPUT_CAP } from "@composite-llm/core";
import { createFailure } from "./create-failure.ts";

export interface AnswerChoice {
  index: number;
  message: AssistantMessage;
  /** Null when the answer broke off before it was told. */
  finish_reason: FinishReason | null;
  logprobs?: unknown;
}

/** What a vendor sent, before it is judged. */
export interface Answer {
  servedModel: string;
  choices: AnswerChoice[];
  usage: Usage | null;
  reportedCostUsd: number | null;
}

/** Content beside text and tool calls that vendors put into a message. */
const OTHER_CONTENT = ["audio", "images", "function_call"];

function hasContent(message: AssistantMessage): boolean {
  if (message.tool_calls !== undefined && message.tool_calls.length > 0) return true;
  if (typeof message.content === "string" && message.content.trim() !== "") return true;
  return OTHER_CONTENT.some((name) => message[name] !== undefined && message[name] !== null);
}

function classOf({ message, finish_reason: reason }: AnswerChoice): FailureClass | null {
  if (typeof message.refusal === "string" && message.refusal !== "") return "refusal";
  if (reason === "content_filter") return "content_filter";
  if (reason === null) return "truncated";
  if (hasContent(message)) return null;
  return reason === "length" ? "truncated" : "empty";
}

function brokenClassOf({ finish_reason: reason }: AnswerChoice): FailureClass | null {
  return reason === null ? "truncated" : null;
}

const MESSAGES: Readonly<Partial<Record<FailureClass, string>>> = {
  content_filter: "the provider's filter withheld the answer",
  truncated: "the answer ended before it was complete",
  empty: "the answer is empty",
};

/**
 * Whether an answer is one. Refused, filtered and empty answers are failures, and so is one that broke off in any of its
 * choices; with several complete choices one good one is enough. Reaching the output cap is no failure unless nothing was said.
 *
 * @param acceptsAny whether every complete answer is one, whatever it says
 */
export function judgeAnswer(answer: Answer, acceptsAny = false): { result: ModelResult } | { failure: Failure } {
  const classes = answer.choices.map((choice) => (acceptsAny ? brokenClassOf(choice) : classOf(choice)));
  if (classes.length === 0) return { failure: createFailure("empty", "the answer has no choices", { status: 200 }) };
  const broken = answer.choices.findIndex((choice) => choice.finish_reason === null);
  if (broken === -1 && classes.includes(null)) {
    return { result: { servedModel: answer.servedModel, choices: answer.choices as ResultChoice[], usage: answer.usage } };
  }
  const worst = broken === -1 ? 0 : broken;
  const failureClass = classes[worst] ?? "truncated";
  if (failureClass === "truncated" && answer.choices[worst]?.finish_reason === "length") {
    return { failure: createFailure("truncated", "the output cap left no room for an answer", { status: 200, code: OUTPUT_CAP }) };
  }
  const refusal = answer.choices[worst]?.message.refusal;
  const message = failureClass === "refusal" && typeof refusal === "string" ? refusal : (MESSAGES[failureClass] ?? failureClass);
  return { failure: createFailure(failureClass, message, { status: 200 }) };
}
