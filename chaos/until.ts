/** How often a condition is looked at. */
const EVERY_MS = 10;

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/**
 * Waits until a look gives something.
 *
 * @param what is waited for, for the error
 * @throws Error after `timeoutMs`
 */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | null | false | undefined> | Value | null | false | undefined,
  timeoutMs = 30_000,
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false && seen !== undefined) return seen;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain for ${what}`);
    await pause(EVERY_MS);
  }
}
