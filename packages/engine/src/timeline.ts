import type { ReleaseReason } from "./stage-decision.ts";

/** A stage as it went. Times are Redis times. */
export interface StageRecord {
  name: string;
  index: number;
  beganAtMs: number;
  endedAtMs: number;
  reason: ReleaseReason;
  /** All steps that it asked for. */
  steps: string[];
  /** Those that had ended when it was released. */
  ended: string[];
}

/** The stages of a run in the order in which they began, those of nested composites among them. */
export interface Timeline {
  nextIndex(): number;
  add(stage: StageRecord): void;
  stages(): StageRecord[];
}

export function createTimeline(): Timeline {
  const records: StageRecord[] = [];
  let next = 0;
  return {
    nextIndex: () => {
      next += 1;
      return next - 1;
    },
    add: (stage) => {
      records.push(stage);
    },
    stages: () => records.toSorted((left, right) => left.index - right.index),
  };
}
