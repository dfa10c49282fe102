/** Lets time pass: load and faults of an experiment have their hour. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

/** Looks until something holds. @throws Error that says what was waited for, after a time */
export async function waitUntil(what: string, holds: () => Promise<boolean> | boolean, timeoutMs = 60_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`waited ${timeoutMs / 1000} s until ${what}`);
    await wait(50);
  }
}
