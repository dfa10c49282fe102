import type { Redis } from "ioredis";
import type { LimitsHold } from "./evidence.ts";
import { scan } from "./key-space.ts";

/** Every lease and every place in a queue that stands in the limits, also leases whose time is over and that nobody has cleared away. */
export async function readLimitsHolds(redis: Redis, prefix: string): Promise<LimitsHold[]> {
  const holds: LimitsHold[] = [];
  const [seconds = 0, microseconds = 0] = (await redis.time()).map(Number);
  const nowMs = seconds * 1000 + microseconds / 1000;
  for (const key of await scan(redis, `${prefix}:limits:leases:*`)) {
    const members = await redis.zrange(key, "0", "-1", "WITHSCORES");
    for (let index = 0; index < members.length; index += 2)
      holds.push({ kind: "lease", key, id: members[index] ?? "", leftMs: Math.round(Number(members[index + 1]) - nowMs) });
  }
  for (const key of await scan(redis, `${prefix}:limits:tickets:*`))
    for (const id of await redis.hkeys(key)) holds.push({ kind: "ticket", key, id, leftMs: null });
  return holds;
}

/** Whether it takes room or a place from others. */
export function isHeld({ leftMs }: LimitsHold): boolean {
  return leftMs === null || leftMs > 0;
}
