import { wait } from "./wait.ts";

/**
 * Offers something so many times a second, whatever becomes of it: an open loop. Who comes late because this process was busy is made up for at
 * once, so that the number is right.
 *
 * @returns how often it was offered
 */
export async function offer(perSecond: number, durationMs: number, one: (index: number) => void): Promise<number> {
  const beganAt = performance.now();
  let offered = 0;
  for (;;) {
    const elapsedMs = performance.now() - beganAt;
    const due = Math.floor((Math.min(elapsedMs, durationMs) * perSecond) / 1000);
    for (; offered < due; offered += 1) one(offered);
    if (elapsedMs >= durationMs) return offered;
    await wait(Math.max(1, ((offered + 1) * 1000) / perSecond - elapsedMs));
  }
}
