import type { CellClaim } from "@composite-llm/queue";
import type { CallDeps } from "./call-deps.ts";
import { type CallOutcome, makeCall } from "./make-call.ts";

/**
 * Makes calls at once; each is committed by itself. Gives what is to become of their job: `handed_back` when any is left to another process, `deferred`
 * when the only one waits for its provider. Rejects only when Redis fails.
 */
export async function makeCalls(claims: readonly CellClaim[], deps: CallDeps): Promise<CallOutcome> {
  const ended = await Promise.allSettled(claims.map((claim) => makeCall(claim, claims.length === 1, deps)));
  const failed = ended.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const outcomes = new Set(ended.map((end) => (end.status === "fulfilled" ? end.value : "done")));
  if (outcomes.has("handed_back")) return "handed_back";
  return outcomes.has("deferred") ? "deferred" : "done";
}
