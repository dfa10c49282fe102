import * as fc from "fast-check";
import type { Redis } from "ioredis";
import type { ScriptTexts } from "../lua/load-scripts.ts";
import type { Witness } from "./command.ts";
import { checkLeft, endAll } from "./end-all.ts";
import { createModel } from "./model.ts";
import { createRandomMove } from "./random-commands.ts";
import { openWorld } from "./world.ts";

/** Where an interleaving is found again: the last two name one among those of a seed. */
export interface Whereabouts {
  seed: number;
  /** Of an interleaving, at most. */
  moves: number;
  path?: string;
  replayPath?: string;
}

export interface ProtocolCheck extends Whereabouts {
  redis: Redis;
  /** Prefix of the keys. Each interleaving leaves nothing under it. */
  prefix: string;
  /** How many interleavings are played. */
  runs: number;
  /** Other scripts than those of the protocol. */
  texts?: ScriptTexts;
  /** Whether a failure is made as short as it can be. */
  isShrunk: boolean;
  witness: Witness;
}

export interface Broken {
  /** Which promise, and how. */
  message: string;
  /** The moves that led to it. */
  moves: string;
  whereabouts: Whereabouts;
}

/** Plays random interleavings of the protocol against the scripts and checks its promises after every move. Null: all were kept. */
export async function checkProtocol({ redis, prefix, texts, seed, path, replayPath, ...check }: ProtocolCheck): Promise<Broken | null> {
  const world = openWorld(redis, prefix, texts);
  const moves = fc.commands([createRandomMove(check.witness)], {
    maxCommands: check.moves,
    size: "max",
    ...(replayPath === undefined ? {} : { replayPath }),
  });
  const property = fc.asyncProperty(moves, async (commands) => {
    const model = createModel(world.keys.inbox);
    try {
      await Promise.all(model.inboxes.map((inbox) => world.makeInbox(inbox)));
      await fc.asyncModelRun(() => ({ model, real: world }), commands);
      await endAll(model, world);
    } catch (error) {
      await world.clear();
      throw error;
    }
    checkLeft(await world.clear(), world.keys);
  });
  const details = await fc.check(property, {
    seed,
    numRuns: check.runs,
    endOnFailure: !check.isShrunk,
    ...(path === undefined ? {} : { path }),
  });
  if (!details.failed) return null;
  const made = fc.stringify(details.counterexample?.[0]);
  return {
    message: details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance),
    moves: made,
    whereabouts: {
      seed: details.seed,
      moves: check.moves,
      path: details.counterexamplePath ?? "",
      replayPath: /replayPath="(.*)"/.exec(made)?.[1] ?? "",
    },
  };
}
