/** Signals that come this soon after the first are the same wish: a terminal and npm each send one. */
const SAME_WISH_MS = 1_000;

export interface Ending {
  /** Aborted when this process is to end. */
  signal: AbortSignal;
  /** Aborted when the user insists: by a second signal. */
  insisted: AbortSignal;
  /** Wishes it from inside. */
  end(): void;
}

/** Turns Ctrl-C, SIGTERM, SIGHUP and the death of the process that started this one into a wish to end. */
export function endOnSignals(): Ending {
  const ending = new AbortController();
  const insisting = new AbortController();
  let firstMs = 0;
  const wish = (): void => {
    if (!ending.signal.aborted) {
      firstMs = performance.now();
      ending.abort();
    } else if (performance.now() - firstMs > SAME_WISH_MS) insisting.abort();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, wish);
  process.once("disconnect", () => ending.abort());
  // Waiting for that is no reason to stay alive.
  process.channel?.unref();
  return { signal: ending.signal, insisted: insisting.signal, end: () => ending.abort() };
}
