import * as fc from "fast-check";
import type { Redis } from "ioredis";
import { sampleSettings } from "../../fixtures/sample-ask.ts";
import type { LimitScriptTexts } from "../limit-scripts.ts";
import { toSettingsJson } from "../to-settings-json.ts";
import { type LimitsWorld, openLimitsWorld, PROVIDER } from "./limits-world.ts";

/** Of 16 grants each class has at least one while somebody of it waits. */
const MOST_PASSES = 15;

interface Caller {
  name: string;
  class: number;
  weight: number;
  tokens: number;
  calls: number;
}

const callers = fc
  .array(
    fc.record({
      class: fc.nat(5),
      weight: fc.constantFrom(1, 2),
      tokens: fc.integer({ min: 1, max: 100 }),
      calls: fc.integer({ min: 1, max: 12 }),
    }),
    { minLength: 2, maxLength: 10, size: "max" },
  )
  .map((loads) => loads.map((load, index): Caller => ({ ...load, name: `c${index}` })));

async function ask(world: LimitsWorld, ticket: string, caller: Caller): Promise<unknown[]> {
  const { tokens, name, weight } = caller;
  // prettier-ignore
  return world.scripts.admit(PROVIDER, ticket, "m", "main", tokens, 0, name, weight, caller.class, 1e14, "", "{}", ticket, 0);
}

/** Callers who bring all their calls at once to a provider that takes one at a time, in the order in which they are served. */
async function serveAll(world: LimitsWorld, loads: readonly Caller[]): Promise<Caller[]> {
  await world.scripts.configure(PROVIDER, toSettingsJson(sampleSettings({ concurrent: 1 })));
  const byTicket = new Map<string, Caller>();
  let [, , , , key, lease, at] = await ask(world, "first", { name: "first", class: 0, weight: 1, tokens: 1, calls: 1 });
  for (const caller of loads) {
    for (let call = 0; call < caller.calls; call += 1) {
      const ticket = `${caller.name}.${call}`;
      byTicket.set(ticket, caller);
      await ask(world, ticket, caller);
    }
  }
  const served: Caller[] = [];
  while (served.length < byTicket.size) {
    // prettier-ignore
    await world.scripts.settle(PROVIDER, String(lease), String(key), "m", "member", String(at), 1, 0, "unsent", -1, -1, -1, 1, 0, 0, 0, 0, 0);
    const granted = Object.entries((await world.look()).tickets).find(([, isGranted]) => isGranted)?.[0];
    const caller = granted === undefined ? undefined : byTicket.get(granted);
    if (granted === undefined || caller === undefined) throw new Error("somebody is served whenever a place is free");
    served.push(caller);
    [, , , , key, lease, at] = await ask(world, granted, caller);
  }
  return served;
}

function checkClasses(served: readonly Caller[], loads: readonly Caller[]): void {
  const left = new Map<number, number>();
  for (const caller of loads) left.set(caller.class, (left.get(caller.class) ?? 0) + caller.calls);
  const passes = new Map<number, number>();
  for (const caller of served) {
    for (const [waiting, calls] of left) {
      if (calls === 0) continue;
      const count = waiting === caller.class ? 0 : (passes.get(waiting) ?? 0) + 1;
      passes.set(waiting, count);
      if (count > MOST_PASSES) throw new Error(`every class is served once in 16 grants: ${waiting}`);
    }
    left.set(caller.class, (left.get(caller.class) ?? 0) - 1);
  }
  const [first] = served;
  if (first?.class !== Math.min(...loads.map((caller) => caller.class))) throw new Error("the first class is served first");
}

/** While two callers of a class wait, what each was served by its weight differs by no more than one call of each. */
function checkShares(served: readonly Caller[], loads: readonly Caller[]): void {
  for (const one of loads) {
    for (const other of loads) {
      if (one === other || one.class !== other.class) continue;
      let [ofOne, ofOther, callsOfOne, callsOfOther] = [0, 0, 0, 0];
      for (const caller of served) {
        if (caller === one) {
          ofOne += one.tokens / one.weight;
          callsOfOne += 1;
        }
        if (caller === other) {
          ofOther += other.tokens / other.weight;
          callsOfOther += 1;
        }
        if (callsOfOne === one.calls || callsOfOther === other.calls) break;
        const bound = one.tokens / one.weight + other.tokens / other.weight;
        if (Math.abs(ofOne - ofOther) > bound + 1e-3) throw new Error(`callers share by their weights: ${ofOne} and ${ofOther}`);
      }
    }
  }
}

/** Plays random loads. Null: every class and every caller was served within its bound. */
export async function checkOrder(options: {
  redis: Redis;
  prefix: string;
  runs: number;
  seed: number;
  texts?: LimitScriptTexts;
}): Promise<string | null> {
  const property = fc.asyncProperty(callers, async (loads) => {
    const world = openLimitsWorld(options.redis, options.prefix, options.texts);
    try {
      world.pass(0);
      const served = await serveAll(world, loads);
      checkClasses(served, loads);
      checkShares(served, loads);
    } finally {
      await world.clear();
    }
  });
  const details = await fc.check(property, { seed: options.seed, numRuns: options.runs, endOnFailure: true });
  if (!details.failed) return null;
  const message = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
  return `${message}\n${fc.stringify(details.counterexample)}\nseed ${details.seed} path ${details.counterexamplePath}`;
}
