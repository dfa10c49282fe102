import type { LimitScripts } from "./limit-scripts.ts";

/** How long a lease lives without being renewed, as the scripts have it. */
export const LEASE_MS = 10_000;
const RENEW_MS = 500;
/** So long before its end whoever sends under a lease has to stop, so that its socket is closed by then. */
const STOP_BEFORE_MS = 2000;
/** Leases of one call: Redis stands still for less than a millisecond. */
const AT_ONCE = 500;

export interface HeldLease {
  provider: string;
  key: string;
  model: string;
  id: string;
  /** By the monotonic clock, counted from when it was asked for. */
  endsAtMs: number;
  lost: AbortController;
}

/** The leases of this process, renewed together. */
export interface HeldLeases {
  add(lease: HeldLease): void;
  remove(lease: HeldLease): void;
  close(): void;
}

export function holdLeases(options: { scripts: LimitScripts; monotonicMs(): number; onError(error: Error): void }): HeldLeases {
  const held = new Map<string, HeldLease>();

  const lose = (lease: HeldLease): void => {
    held.delete(lease.id);
    lease.lost.abort(new Error(`the lease of ${lease.provider} could not be kept`));
  };

  const renew = async (leases: readonly HeldLease[]): Promise<void> => {
    const sentAtMs = options.monotonicMs();
    const [, gone] = await options.scripts.renew(...leases.flatMap(({ provider, id, key, model }) => [provider, id, key, model]));
    const isGone = new Set(gone as string[]);
    for (const lease of leases) {
      if (!isGone.has(lease.id)) lease.endsAtMs = Math.max(lease.endsAtMs, sentAtMs + LEASE_MS);
      else if (held.has(lease.id)) lose(lease);
    }
  };

  const tick = (): void => {
    const leases = [...held.values()];
    const limitMs = options.monotonicMs() + STOP_BEFORE_MS + RENEW_MS;
    for (const lease of leases) if (lease.endsAtMs <= limitMs) lose(lease);
    for (let first = 0; first < leases.length; first += AT_ONCE) renew(leases.slice(first, first + AT_ONCE)).catch(options.onError);
  };
  const timer = setInterval(tick, RENEW_MS);

  return {
    add: (lease) => {
      held.set(lease.id, lease);
    },
    remove: (lease) => {
      held.delete(lease.id);
    },
    close: () => clearInterval(timer),
  };
}
