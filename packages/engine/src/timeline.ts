import type { ReleaseReason } from "./stage-decision.ts";

/** A stage as it went. Times are Redis times. */
export interface StageRecord {
  name: string;
  index: number;
  beganAtMs: number;
  /** Null while it goes on: a stage of a composite member that its parent did not wait for. */
  endedAtMs: number | null;
  reason: ReleaseReason | null;
  /** All steps that it asked for. */
  steps: string[];
  /** Those that had ended when it was released. */
  ended: string[];
}

/** The stages of a run in the order in which they began, those of nested composites among them. */
export interface Timeline {
  /** Notes that a stage begins; the record is completed when it ends. */
  begin(stage: Omit<StageRecord, "index" | "endedAtMs" | "reason" | "ended">): StageRecord;
  stages(): StageRecord[];
}

export function createTimeline(): Timeline {
  const records: StageRecord[] = [];
  return {
    begin: (stage) => {
      const record: StageRecord = { ...stage, index: records.length, endedAtMs: null, reason: null, ended: [] };
      records.push(record);
      return record;
    },
    stages: () => records,
  };
}
