import { offer } from "../offer.ts";
import type { Arm, ArmOptions, RunningArm } from "../arms/arm.ts";
import { wait } from "../wait.ts";

/** A few calls before the load, so that no process makes its first one late: a second's slowness would fill a provider's bucket twice. */
const WARM_UP = { perSecond: 5, ms: 5000 };
/** Between the warm-up and the load, for the buckets to be full and every call to be over. */
const SETTLE_MS = 5000;

export interface Lap {
  arm: RunningArm;
  /** The interval of the load, ms since 1970. */
  fromMs: number;
  toMs: number;
}

export interface RaceOptions extends ArmOptions {
  /** Calls offered to each arm in a second. */
  perSecond: number;
  seconds: number;
  /** What every arm's provider is told before the load. */
  prepare(mockUrl: string): Promise<void>;
  /** What happens to the providers meanwhile, from the begin of the load on. */
  meanwhile?(mockUrls: readonly string[]): Promise<void>;
}

/**
 * Has several ways to keep limits work at the same time on the same machine, each with a provider of its own: one shared clock. When the load
 * is over the result is read while all still run.
 */
export async function race<Result>(arms: readonly Arm[], options: RaceOptions, read: (lap: Lap) => Promise<Result>): Promise<Result[]> {
  const running: RunningArm[] = [];
  try {
    for (const arm of arms) running.push(await arm.start(options));
    const mockUrls = running.map(({ mockUrl }) => mockUrl);
    await Promise.all(mockUrls.map((mockUrl) => options.prepare(mockUrl)));
    await Promise.all(running.map((arm) => offer(WARM_UP.perSecond, WARM_UP.ms, (index) => arm.submit(index))));
    await wait(SETTLE_MS);
    const fromMs = Date.now();
    const toMs = fromMs + options.seconds * 1000;
    const loads = running.map((arm) => offer(options.perSecond, options.seconds * 1000, (index) => arm.submit(index)));
    await Promise.all([...loads, options.meanwhile?.(mockUrls)]);
    return await Promise.all(running.map((arm) => read({ arm, fromMs, toMs })));
  } finally {
    await Promise.all(running.map((arm) => arm.stop()));
  }
}
