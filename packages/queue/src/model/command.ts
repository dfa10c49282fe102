import * as fc from "fast-check";
import { createDice } from "./dice.ts";
import type { Model } from "./model.ts";
import type { Mover } from "./moves/move.ts";
import { play } from "./play.ts";
import type { World } from "./world.ts";

/** Hears of every call of a script and its answer. */
export type Witness = (call: string, outcome: string) => void;

/** A move that is chosen when its turn comes, by dice that were cast before. Every promise is checked after it. */
export class MoveCommand implements fc.AsyncCommand<Model, World> {
  readonly #mover: Mover;
  readonly #draws: readonly number[];
  readonly #witness: Witness;
  #made = "";

  constructor(mover: Mover, draws: readonly number[], witness: Witness) {
    this.#mover = mover;
    this.#draws = draws;
    this.#witness = witness;
  }

  check(model: Readonly<Model>): boolean {
    return this.#mover(model, createDice(this.#draws)) !== null;
  }

  async run(model: Model, world: World): Promise<void> {
    const move = this.#mover(model, createDice(this.#draws));
    if (move === null) return;
    this.#made = "action" in move ? JSON.stringify(move.action) : move.blow;
    const outcome = await play(move, model, world);
    if ("action" in move) this.#witness(move.action.kind, outcome);
    this.#made += ` → ${outcome}`;
  }

  /** A fresh one for each time that the commands are run, so that a counterexample tells of its own. */
  [fc.cloneMethod](): MoveCommand {
    return new MoveCommand(this.#mover, this.#draws, this.#witness);
  }

  toString(): string {
    return `\n  ${this.#made}`;
  }
}
