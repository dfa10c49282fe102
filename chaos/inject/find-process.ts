import type { Arena } from "../arena/arena.ts";

function processOf({ ways }: Arena, inbox: string | null | undefined): string | null {
  for (const [name, way] of ways) if (way.inbox !== null && way.inbox === inbox) return name;
  return null;
}

/** The orchestrator that has a run in hand. */
export async function ownerOf(arena: Arena, run: string): Promise<string | null> {
  return processOf(arena, await arena.redis.hget(`${arena.stack.redisPrefix}:run:${run}`, "inbox"));
}

/** The model-caller that has a step's open call in hand. */
export async function callerOf(arena: Arena, run: string, step: string): Promise<string | null> {
  const journal = await arena.redis.hgetall(`${arena.stack.redisPrefix}:run:${run}:journal`);
  const open = Object.entries(journal).find(([field, cell]) => field.startsWith(`c:${step}#`) && cell.startsWith("open|"));
  return processOf(arena, open?.[1].split("|")[3]);
}
