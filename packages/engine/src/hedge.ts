import type { LatencyBook } from "./latency-book.ts";
import type { Timer } from "./run-port.ts";
import type { WantedCall } from "./step-calls.ts";

/** Looks after one call: when it has been silent for longer than it usually is, once, a second one is made. */
export interface HedgeWatch {
  /** Its first request left: from now on its time is counted. */
  begun(): void;
  stop(): void;
}

export interface HedgeWatchOptions {
  call: WantedCall;
  latencies: LatencyBook;
  startTimer: Timer;
  onSilent(): void;
}

/** A call that is not to be hedged, and one of which too little is known, is waited for as long as it takes. */
export function watchForSilence({ call, latencies, startTimer, onSilent }: HedgeWatchOptions): HedgeWatch {
  let stop: (() => void) | null = null;
  return {
    begun: () => {
      const { step, provider, isHedged } = call;
      const usualMs = !isHedged ? null : latencies.p95Ms({ provider, model: step.model, role: step.role });
      if (usualMs !== null && stop === null) stop = startTimer(usualMs, onSilent);
    },
    stop: () => stop?.(),
  };
}
