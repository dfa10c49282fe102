import type { Arena } from "../arena/arena.ts";

/** Open runs that are not known yet. */
export async function newRuns({ redis, stack }: Arena, known: ReadonlySet<string>): Promise<string[]> {
  return (await redis.zrange(`${stack.redisPrefix}:open`, "0", "-1")).filter((run) => !known.has(run));
}

/** The steps of a run that are committed. */
export async function wonSteps({ redis, stack }: Arena, run: string): Promise<string[]> {
  const fields = await redis.hkeys(`${stack.redisPrefix}:run:${run}:journal`);
  return fields.filter((field) => field.startsWith("w:")).map((field) => field.slice("w:".length));
}
