import type { CallShape } from "../arms/arm.ts";
import type { ProviderLimits } from "../mock-limits.ts";

/** What a caller process of a comparison is told at its start, as JSON in CALLER_ORDER. */
export interface CallerOrder {
  mockUrl: string;
  redisUrl: string;
  redisPrefix: string;
  call: CallShape;
  /** Of the whole provider; null when nothing is known. */
  limits: ProviderLimits | null;
  /** This process's share of them. */
  share: number;
}

/** What the process that starts callers reads of its own environment. */
export function readCallerOrder(): CallerOrder {
  return JSON.parse(process.env["CALLER_ORDER"] ?? "") as CallerOrder;
}

/** Pause after a refusal that says nothing of one. */
export const RETRY_MS = 1000;

/** Calls at once where no limit is known: more than any provider here allows. */
export const UNLIMITED_CALLS = 25;

/** Ends with the process that started it, however that ended. */
export function endWithParent(): void {
  process.on("disconnect", () => process.exit(0));
}
