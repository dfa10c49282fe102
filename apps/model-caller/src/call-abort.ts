import type { AbortReason } from "./call-end.ts";

/** The one signal of a call, and why it was given: the first reason stays. */
export interface CallAbort {
  readonly signal: AbortSignal;
  readonly reason: AbortReason | null;
  abort(reason: AbortReason): void;
  /** Waits; false when the call was aborted meanwhile. */
  wait(delayMs: number): Promise<boolean>;
  dispose(): void;
}

type StartTimer = (delayMs: number, callback: () => void) => () => void;

/** @param remainingMs time until the call's deadline */
export function createCallAbort(remainingMs: number, startTimer: StartTimer): CallAbort {
  const controller = new AbortController();
  let reason: AbortReason | null = null;
  const abort = (why: AbortReason): void => {
    reason ??= why;
    controller.abort();
  };
  const stopDeadline = startTimer(Math.max(0, remainingMs), () => abort("deadline"));
  return {
    signal: controller.signal,
    get reason() {
      return reason;
    },
    abort,
    wait: (delayMs) =>
      new Promise((resolve) => {
        if (controller.signal.aborted) return resolve(false);
        const onAbort = (): void => {
          stop();
          resolve(false);
        };
        const stop = startTimer(delayMs, () => {
          controller.signal.removeEventListener("abort", onAbort);
          resolve(true);
        });
        controller.signal.addEventListener("abort", onAbort, { once: true });
      }),
    dispose: stopDeadline,
  };
}
