import type { Evidence } from "../evidence/evidence.ts";

/** What an invariant comes to on some evidence. */
export interface Verdict {
  /** What was counted, as the report shows it. */
  figures: string;
  /** One sentence for each case in which it does not hold. */
  violations: string[];
}

export interface Invariant {
  name: "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "I8";
  /** What it demands. */
  demands: string;
  check(evidence: Evidence): Verdict;
}
