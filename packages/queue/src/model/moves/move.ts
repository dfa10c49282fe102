import type { RunId } from "@composite-llm/core";
import type { ScriptReply } from "../../run/run-scripts.ts";
import type { Action } from "../action.ts";
import type { Dice } from "../dice.ts";
import { isLive } from "../history.ts";
import type { Model } from "../model.ts";
import type { World } from "../world.ts";

/** What somebody does next: a call of a script and what they make of its answer, or a blow of fate. */
export type Move =
  | { action: Action; heard(reply: ScriptReply): void }
  /** `apply` changes what the model's people know; `strike` does the same to Redis before. */
  | { blow: string; strike(world: World): Promise<void>; apply(): void };

/** Chooses a move; null when nobody can make one of this kind now. Changes nothing itself. */
export type Mover = (model: Model, dice: Dice) => Move | null;

/** Mostly one that belongs to a run which goes on: what is done to those that ended is soon seen. */
export function pickLively<T extends { run: RunId }>(model: Model, dice: Dice, list: readonly T[]): T | undefined {
  return dice.pick(dice.chance(85) ? list.filter(({ run }) => isLive(model.history.runs.get(run))) : list);
}

export function pickRun(model: Model, dice: Dice): RunId | undefined {
  return pickLively(
    model,
    dice,
    model.runs.map((run) => ({ run })),
  )?.run;
}
