import type { CellClaim } from "@composite-llm/queue";

/** Headers by which the mock provider's ledger names the call. No other provider ever gets them. */
export function toJudgeHeaders(claim: CellClaim, tryNumber: number): Record<string, string> {
  return {
    "x-composite-run": claim.run,
    "x-composite-step": claim.step.step,
    "x-composite-cell": String(claim.job.dispatch),
    "x-composite-try": String(tryNumber),
  };
}
