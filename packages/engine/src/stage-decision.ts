import { isRecord } from "@composite-llm/core";

export type ReleaseReason = "all" | "quorum" | "deadline" | "ladder";

/** How a stage ended: with which slots' answers the run goes on. Journaled, so a replay builds on the same set. */
export interface StageDecision {
  reason: ReleaseReason;
  slots: number[];
  /** Redis time. */
  atMs: number;
}

/** @throws Error when the journal holds something else */
export function parseStageDecision(text: string): StageDecision {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value) || !Array.isArray(value["slots"]) || typeof value["reason"] !== "string" || typeof value["atMs"] !== "number") {
    throw new Error("the journal holds a stage decision of another form");
  }
  return value as unknown as StageDecision;
}
