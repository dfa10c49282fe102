import type { Arena } from "../arena/arena.ts";
import { gatherEvidence } from "../evidence/gather-evidence.ts";
import { locksOf } from "../evidence/key-space.ts";
import { untilQuiet } from "../evidence/until-quiet.ts";
import type { Rewriting } from "../inject/rewriting.ts";
import { INVARIANTS } from "../invariants/all-invariants.ts";
import { ask } from "../load/ask-some.ts";
import type { PlantedFault } from "./planted-faults.ts";

/** Requests at once that are enough for all last calls, and too few for all others. */
export const FEW_AT_ONCE = 3;

const PANEL = {
  model: "composite/moa/openai/gpt-4o-mock-tokens-60-tps-15",
  proposers: ["openai/gpt-4o-mini-mock-latency-300", "openai/gpt-5-mini-mock-latency-300"],
};

/** What is left because of a fault stays: there is no use in waiting for it. */
const PATIENCE_MS = 8_000;

/** What names another run is the work of an earlier fault. */
const RUN = /[0-9a-f]{8}-[0-9a-f]{4}-7/;

/** Has every script sent to Redis anew, changed on its way. */
async function putScripts({ ways, redis }: Arena, rewritings: readonly Rewriting[]): Promise<void> {
  for (const { proxy } of ways.values()) proxy.rewritings = rewritings;
  await redis.script("FLUSH");
}

/**
 * Lets three runs meet a fault in a real system.
 *
 * @param fault none shows that the invariants hold without one
 * @returns what the invariants say, by name, as far as these runs are meant
 */
export async function plantFault(arena: Arena, fault: PlantedFault | null): Promise<Map<string, string[]>> {
  for (const noted of [arena.clients, arena.disturbances, arena.recoveries, arena.watches]) noted.length = 0;
  await putScripts(arena, fault?.rewritings ?? []);
  const asked = ask(
    arena,
    Array.from({ length: 3 }, () => ({ fields: PANEL, key: null })),
  );
  await fault?.meanwhile(arena);
  arena.clients.push(...(await asked));
  await untilQuiet(arena, fault?.patienceMs ?? PATIENCE_MS);
  const evidence = await gatherEvidence(arena);
  await putScripts(arena, []);
  // Whatever the fault left behind is not the next one's.
  const { redis, stack } = arena;
  const left = [...(await locksOf(redis, stack.redisPrefix)), ...evidence.limitsHolds.map(({ key }) => key)];
  if (left.length > 0) await redis.del(left);
  const runs = arena.clients.flatMap((client) => client.runs);
  const isMeant = (violation: string): boolean => !RUN.test(violation) || runs.some((run) => violation.includes(run));
  return new Map(INVARIANTS.map(({ name, check }) => [name, check(evidence).violations.filter(isMeant)]));
}
