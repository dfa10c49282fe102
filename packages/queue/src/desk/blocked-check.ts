import type { Waiter } from "./waiters.ts";

/** How long a call waits for its provider before its run gives its place to another. */
const WAITED_MS = 2000;
/** The same behind the calls of runs that are aside already: whoever comes later waits no shorter. */
const BEHIND_MS = 100;

export interface BlockedOptions {
  monotonicMs(): number;
  /** Whether places are short, and runs that wait for this provider are aside. */
  isFull(provider: string): boolean;
}

/**
 * Tells runs that only wait for their providers' limits: nothing that they wait for is known to be sent.
 *
 * @param waiters all cells that the run waits for
 */
export function createBlockedCheck({ monotonicMs, isFull }: BlockedOptions): (waiters: readonly Waiter[]) => boolean {
  return (waiters) => {
    const nowMs = monotonicMs();
    const hasWaited = ({ provider, sinceMs }: Waiter): boolean => nowMs - sinceMs >= (isFull(provider) ? BEHIND_MS : WAITED_MS);
    return waiters.length > 0 && waiters.every((waiter) => !waiter.isBegun && hasWaited(waiter));
  };
}
