/** Time as it is handed in: code that takes a Clock can be run under a fake one. */
export interface Clock {
  /** Milliseconds since 1970, by this machine's wall clock. */
  now(): number;
  /** Milliseconds since an arbitrary start; never jumps. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};
