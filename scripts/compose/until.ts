const LOOK_EVERY_MS = 250;

/** Waits until something is so. @throws with the description when it is not within `withinMs`, and when the signal is aborted */
export async function until(description: string, withinMs: number, signal: AbortSignal, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    signal.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`After ${withinMs / 1000} s it is still not so that ${description}.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
