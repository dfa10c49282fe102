import * as fc from "fast-check";
import type { Redis } from "ioredis";
import type { LimitScriptTexts } from "../limit-scripts.ts";
import { toSettingsJson } from "../to-settings-json.ts";
import { LimitsJudge } from "./limits-judge.ts";
import { makeMove, type LimitsMove, type Play, randomMoves } from "./limits-moves.ts";
import { openLimitsWorld, PROVIDER } from "./limits-world.ts";
import { BINDING, modelSettings } from "./model-settings.ts";

export interface LimitsCheck {
  redis: Redis;
  prefix: string;
  runs: number;
  moves: number;
  seed: number;
  /** Whether a failure is made as short as it can be. */
  isShrunk: boolean;
  texts?: LimitScriptTexts;
}

/** Keys that may stay: settings, what is used up of limits, and what was learned. */
const STAYING = /^(settings|scopes:|scope:|models:|learned:)/;
/** In each the longest wait for room ends: a slot of the minute, a breaker, a block. */
const ROUND_MS = 5000;
const MOST_ROUNDS = 200;

/** Everybody who waits is served when those before give back what they hold and time passes, and then nothing is left. */
async function finishAll(play: Play): Promise<void> {
  const { world, judge } = play;
  await world.scripts.operate(PROVIDER, 0, "", "");
  judge.stop(false);
  const compare = async (): Promise<void> => {
    const sight = await world.look();
    judge.see(sight, world.nowMs());
    judge.compare(sight, world.nowMs());
  };
  await compare();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await world.scripts.grant("granter", PROVIDER);
    await compare();
    for (const grant of judge.grants.values()) {
      if (grant.isSettled) continue;
      if (!grant.isTaken) {
        const note = await makeMove(play, { kind: "take", which: 0 });
        note();
        await compare();
      }
    }
    for (const grant of judge.grants.values()) {
      if (grant.isSettled || !grant.isTaken) continue;
      const { lease, key, model, atMs, input, output } = grant;
      // prettier-ignore
      const [outcome] = await world.scripts.settle(PROVIDER, lease, key, model, "member", atMs, input, output, "succeeded", input, output, -1, input, 0, 0, 0, 0, 0);
      if (outcome === "ok") judge.settle(grant, { input, output }, false, world.nowMs());
      await compare();
    }
    if (judge.waiting.size === 0) break;
    // The limits of a day begin anew with the next.
    world.pass(round % 20 === 19 ? 86_400_000 : ROUND_MS);
  }
  if (judge.waiting.size > 0) throw new Error(`everybody who waits is served: ${JSON.stringify([...judge.waiting.values()])}`);
  world.pass(120_000);
  await world.scripts.grant("granter", PROVIDER);
  const left = (await world.keys()).filter((key) => !STAYING.test(key));
  if (left.length > 0) throw new Error(`nothing is left: ${left.join(" ")}`);
}

/** Plays random interleavings against the scripts and compares them with the judge's books after each move. Null: every promise was kept. */
export async function checkLimits({ redis, prefix, texts, runs, moves, seed, isShrunk }: LimitsCheck): Promise<string | null> {
  const modes = fc.record({
    binding: fc.constantFrom(...BINDING),
    adaptive: fc.boolean(),
    tokensCounted: fc.constantFrom("used" as const, "requested" as const),
  });
  const property = fc.asyncProperty(modes, randomMoves(moves), async ({ binding, ...mode }, chosen: LimitsMove[]) => {
    const settings = modelSettings(binding, mode);
    const world = openLimitsWorld(redis, prefix, texts);
    const judge = new LimitsJudge(settings);
    let seeds = 0;
    const play: Play = { world, judge, seed: () => `s${(seeds += 1)}` };
    try {
      world.pass(0);
      await world.scripts.configure(PROVIDER, toSettingsJson(settings));
      for (const move of chosen) {
        const note = await makeMove(play, move);
        const sight = await world.look();
        judge.see(sight, world.nowMs());
        note();
        judge.compare(sight, world.nowMs());
      }
      await finishAll(play);
    } finally {
      await world.clear();
    }
  });
  const details = await fc.check(property, { seed, numRuns: runs, endOnFailure: !isShrunk });
  if (!details.failed) return null;
  const message = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
  return `${message}\n${fc.stringify(details.counterexample)}\nseed ${details.seed} path ${details.counterexamplePath}`;
}
