import type { Arena } from "../arena/arena.ts";
import { until } from "../until.ts";
import { locksOf } from "./key-space.ts";
import { isHeld, readLimitsHolds } from "./limits-holds.ts";
import { readOpenJobs } from "./read-jobs.ts";
import { readLedger } from "./read-ledger.ts";

/** Longer than any run of the load, so that what is still there then is there for good. */
const PATIENCE_MS = 60_000;

async function isQuiet({ redis, stack }: Arena): Promise<boolean> {
  const prefix = stack.redisPrefix;
  if ((await redis.zcard(`${prefix}:open`)) > 0) return false;
  if ((await readOpenJobs(redis, prefix)).length > 0 || (await locksOf(redis, prefix)).length > 0) return false;
  if ((await readLimitsHolds(redis, prefix)).some(isHeld)) return false;
  return (await readLedger(stack)).every(({ endedMs }) => endedMs !== null);
}

/** Waits until nothing is under way any more. When that does not come, the invariants say what is left. */
export async function untilQuiet(arena: Arena, patienceMs = PATIENCE_MS): Promise<void> {
  await Promise.all(arena.watches);
  await until("the system to be quiet", () => isQuiet(arena), patienceMs).catch(() => arena.say("the system does not come to rest"));
}
