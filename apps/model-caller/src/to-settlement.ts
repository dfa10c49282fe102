import type { Usage } from "@composite-llm/contracts";
import type { Failure } from "@composite-llm/core";
import { NOTHING_OBSERVED, type ProviderOutcome } from "@composite-llm/providers";
import type { CallSettlement, TokenEstimate } from "@composite-llm/queue";

/** Of a request of which nothing is known but that it may have left. */
export const UNKNOWN_END: CallSettlement = { kind: "cancelled", used: null, observed: NOTHING_OBSERVED };

/** Codes of vendors that send a 403 also for an account or a key. */
const OF_ACCOUNT = /quota|billing|credit|api_?key|authentication/i;

function toUsed(usage: Usage | null): TokenEstimate | null {
  return usage === null ? null : { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens };
}

/** A 401, a 402 and a quota that is used up are about the key, whatever model it asks for; a 403 is about what it may have. */
function isAboutModel({ status, code }: Failure): boolean {
  return status === 403 && !(code !== null && OF_ACCOUNT.test(code));
}

/**
 * What the limits learn from the end of a request.
 *
 * @param hasOneKey whether nothing but its key can be sent: one that its provider refuses is then not put aside, since who waits for it to come back
 *   only hears the same later
 */
export function toSettlement(outcome: ProviderOutcome, hasOneKey: boolean): CallSettlement {
  const { observed } = outcome;
  if (outcome.kind === "cancelled") return { kind: "cancelled", used: toUsed(outcome.usage), observed };
  if (outcome.kind === "success") return { kind: "succeeded", used: toUsed(outcome.result.usage), observed };
  const { failure, usage } = outcome;
  const failureClass = failure.class === "auth" && hasOneKey ? "bad_request" : failure.class;
  const isForbidden = failure.class === "auth" && isAboutModel(failure);
  return { kind: "failed", class: failureClass, isForbidden, used: toUsed(usage), retryAfterMs: failure.retryAfterMs, observed };
}
