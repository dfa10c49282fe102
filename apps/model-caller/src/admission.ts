/** The right to have one request under way at a provider; given back exactly once. */
export interface Lease {
  waitedMs: number;
  release(): void;
}

/** Who may call a provider, and when. */
export interface Admission {
  /** Resolves when the request may be sent; rejects with the signal's reason when it is aborted first. */
  admit(provider: string, signal: AbortSignal): Promise<Lease>;
}

interface Waiting {
  grant(): void;
}

/**
 * Bounds the requests that this process has under way at each provider, first come first served.
 *
 * @param limitOf requests at once for a provider
 */
export function createLocalAdmission(limitOf: (provider: string) => number, monotonicMs: () => number): Admission {
  const active = new Map<string, number>();
  const queues = new Map<string, Set<Waiting>>();

  const release = (provider: string): void => {
    const next = queues.get(provider)?.values().next().value;
    if (next !== undefined) next.grant();
    else active.set(provider, (active.get(provider) ?? 1) - 1);
  };

  const lease = (provider: string, askedAtMs: number): Lease => {
    let isHeld = true;
    return {
      waitedMs: Math.round(monotonicMs() - askedAtMs),
      release: () => {
        if (isHeld) release(provider);
        isHeld = false;
      },
    };
  };

  return {
    admit: async (provider, signal) => {
      signal.throwIfAborted();
      const askedAtMs = monotonicMs();
      const inUse = active.get(provider) ?? 0;
      if (inUse < limitOf(provider)) {
        active.set(provider, inUse + 1);
        return lease(provider, askedAtMs);
      }
      const queue = queues.get(provider) ?? new Set<Waiting>();
      queues.set(provider, queue);
      return new Promise<Lease>((resolve, reject) => {
        const leave = (): void => {
          queue.delete(waiting);
          signal.removeEventListener("abort", onAbort);
        };
        const waiting: Waiting = {
          grant: () => {
            leave();
            resolve(lease(provider, askedAtMs));
          },
        };
        const onAbort = (): void => {
          leave();
          reject(signal.reason as Error);
        };
        queue.add(waiting);
        signal.addEventListener("abort", onAbort);
      });
    },
  };
}
