import { type ModelResult, textOf } from "@composite-llm/contracts";
import type { Failure } from "@composite-llm/core";
import type { Answer } from "@composite-llm/strategies";
import type { Settled } from "./run-port.ts";

/** What a slot came to: an answer, or the failure that it is reported with. */
export type SlotOutcome = { slot: number; step: string } & ({ kind: "answered"; answer: Answer } | { kind: "failed"; failure: Failure });

const NO_REPORT: Failure = {
  class: "unavailable",
  message: "the processes that made this call died again and again",
  status: null,
  code: null,
  param: null,
  retryAfterMs: null,
};

/** Of a slot that the stage did not wait for any longer. */
export const STRAGGLER: Failure = { ...NO_REPORT, class: "timeout", message: "the stage went on before this answer came" };

export function toAnswer(slot: number, step: string, result: ModelResult): Answer {
  return { slot, step, text: textOf(result), result };
}

/** Only a call that won its step is an answer; a late or duplicate one is not. */
export function toSlotOutcome(slot: number, { step, status, report }: Settled): SlotOutcome {
  if (status === "succeeded" && report !== null && report.result !== null) {
    return { slot, step, kind: "answered", answer: toAnswer(slot, step, report.result) };
  }
  return { slot, step, kind: "failed", failure: report === null ? NO_REPORT : (report.failure ?? STRAGGLER) };
}
