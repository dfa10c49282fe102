import type { Params } from "@composite-llm/contracts";
import type { CallSettlement, CellClaim, Lease, TryEnd } from "@composite-llm/queue";
import type { CallAbort } from "./call-abort.ts";
import type { CallDeps } from "./call-deps.ts";
import type { CallProgress } from "./call-progress.ts";
import type { CallTarget } from "./call-target.ts";
import { type RequestEnd, sendRequest } from "./send-request.ts";
import { UNKNOWN_END } from "./to-settlement.ts";

/**
 * What came of an admitted call: a request, or none because its run does not want it (`refused`), because too much time passed since it was admitted
 * (`stale`), or because it is to be sent with a key that this process does not know. `settled` is when the limits know.
 */
export type Tried = { settled: Promise<void> } & (RequestEnd | { refused: string } | { notSent: "stale" | "unknown_key" });

/** So much of a lease must be left for a request that is sent late: it is lost two seconds before its end. */
const LATE_LEFT_MS = 5000;

/**
 * Announces a call that was admitted, sends it and gives its lease back.
 *
 * @param mayBeLate whether it is sent also when much time passed since it was admitted: it was asked for again, and that took as long
 */
export async function tryOnce(
  claim: CellClaim,
  target: CallTarget,
  params: Params,
  lease: Lease,
  mayBeLate: boolean,
  previous: TryEnd | null,
  progress: CallProgress,
  abort: CallAbort,
  deps: CallDeps,
): Promise<Tried> {
  let settlement: CallSettlement = { kind: "unsent" };
  const attempt = async (): Promise<RequestEnd | { refused: string } | { notSent: "stale" | "unknown_key" }> => {
    const provider = target.providerOf(lease.key);
    if (provider === null) return { notSent: "unknown_key" };
    const begun = await deps.desk.begin(claim, progress.tries + 1, previous);
    if (begun.kind === "refused") return { refused: begun.reason };
    if (lease.isStale() && !(mayBeLate && lease.leftMs() > LATE_LEFT_MS)) return { notSent: "stale" };
    progress.tries += 1;
    settlement = UNKNOWN_END;
    const sent = await sendRequest(claim, target, { provider, lost: lease.lost }, params, progress, abort, deps);
    settlement = sent.settlement;
    return sent;
  };
  try {
    const came = await attempt();
    // Not waited for: the result goes its way meanwhile.
    return { ...came, settled: lease.settle(settlement) };
  } catch (error) {
    void lease.settle(settlement);
    throw error;
  }
}
