import type { CellClaim } from "@composite-llm/queue";
import type { CallDeps } from "./call-deps.ts";
import { makeCall } from "./make-call.ts";

/** Makes calls at once; each is committed by itself. Gives whether any is left to another process. Rejects only when Redis fails. */
export async function makeCalls(claims: readonly CellClaim[], deps: CallDeps): Promise<"done" | "handed_back"> {
  const ended = await Promise.allSettled(claims.map((claim) => makeCall(claim, claims.length === 1, deps)));
  const failed = ended.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return ended.some((end) => end.status === "fulfilled" && end.value === "handed_back") ? "handed_back" : "done";
}
