import type { Arena } from "../arena/arena.ts";
import { pause } from "../until.ts";

const EVERY_MS = 50;
/** Far beyond the bar, so that what is late is measured and not lost. */
const PATIENCE_MS = 40_000;

/**
 * Looks which runs an orchestrator has in hand, before it is killed, and notes for each how long after now another one took it up.
 *
 * @returns begins the watch, which goes on in the background, at the kill; runs that end without a next owner are not measured
 */
export async function watchOwners(arena: Arena, name: string): Promise<() => Promise<void>> {
  const { redis, stack, ways, recoveries } = arena;
  const inbox = ways.get(name)?.inbox;
  const waiting = new Map<string, string>();
  for (const run of await redis.zrange(`${stack.redisPrefix}:open`, "0", "-1")) {
    const [held, owner] = await redis.hmget(`${stack.redisPrefix}:run:${run}`, "inbox", "owner");
    if (held === inbox && typeof owner === "string") waiting.set(run, owner);
  }
  return async () => {
    const fromMs = performance.now();
    while (waiting.size > 0 && performance.now() - fromMs < PATIENCE_MS) {
      for (const [run, before] of waiting) {
        const [owner, state] = await redis.hmget(`${stack.redisPrefix}:run:${run}`, "owner", "state");
        if (owner !== before) recoveries.push({ of: name, what: `run ${run}`, ms: Math.round(performance.now() - fromMs) });
        if (owner !== before || state !== "running") waiting.delete(run);
      }
      await pause(EVERY_MS);
    }
    for (const run of waiting.keys()) recoveries.push({ of: name, what: `run ${run}`, ms: PATIENCE_MS });
  };
}
