/** Somebody who waits in place for a message. */
export interface WaitingPlace {
  /** Resolves when the ticket is called up (also when it was since the last time), the signal is aborted, or the time is over. */
  next(timeoutMs: number): Promise<void>;
  leave(): void;
}

export interface Wakes {
  wake(ticket: string): void;
  stand(ticket: string, signal: AbortSignal): WaitingPlace;
}

export function createWakes(): Wakes {
  const standing = new Map<string, Set<() => void>>();
  return {
    wake: (ticket) => {
      for (const call of standing.get(ticket) ?? []) call();
    },
    stand: (ticket, signal) => {
      let isCalled = false;
      let resolveNext: (() => void) | null = null;
      const call = (): void => {
        isCalled = true;
        resolveNext?.();
      };
      const calls = standing.get(ticket) ?? new Set();
      calls.add(call);
      standing.set(ticket, calls);
      signal.addEventListener("abort", call, { once: true });
      return {
        next: async (timeoutMs) => {
          const { promise, resolve } = Promise.withResolvers<void>();
          resolveNext = resolve;
          const timer = setTimeout(resolve, Math.max(0, timeoutMs));
          if (isCalled) resolve();
          await promise;
          clearTimeout(timer);
          isCalled = false;
          resolveNext = null;
        },
        leave: () => {
          signal.removeEventListener("abort", call);
          calls.delete(call);
          if (calls.size === 0 && standing.get(ticket) === calls) standing.delete(ticket);
        },
      };
    },
  };
}
