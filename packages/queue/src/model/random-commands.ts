import * as fc from "fast-check";
import { MoveCommand, type Witness } from "./command.ts";
import { DRAW_MAX, DRAWS } from "./dice.ts";
import { append, begin, commit, commitUnsent, giveUp, suffer, take, wait } from "./moves/caller-moves.ts";
import { expireRun, forgetListeners, freeze, kill, passGrace, repeat, wake } from "./moves/fault-moves.ts";
import * as gateway from "./moves/gateway-moves.ts";
import type { Mover } from "./moves/move.ts";
import { dispatch, enter, finish, lose, own, park, release } from "./moves/owner-moves.ts";

/** How often each kind of move is drawn, beside the others. What a run lives on is drawn more often than what ends it. */
const MOVERS: readonly [weight: number, mover: Mover][] = [
  [10, gateway.accept],
  [10, own],
  [6, enter],
  [20, dispatch],
  [30, take],
  [4, wait],
  [50, begin],
  [60, append],
  [40, commit],
  [6, commitUnsent],
  [3, giveUp],
  [6, suffer],
  [8, release],
  [12, lose],
  [4, park],
  [3, finish],
  [40, repeat],
  [6, kill],
  [6, freeze],
  [6, wake],
  [7, gateway.attach],
  [8, gateway.detach],
  [6, gateway.keep],
  [2, forgetListeners],
  [3, passGrace],
  [5, gateway.adopt],
  [4, gateway.deliver],
  [3, gateway.cancel],
  [2, gateway.erase],
  [8, gateway.inherit],
  [3, gateway.pardon],
  [3, expireRun],
  [1, gateway.sweepListeners],
  [1, gateway.sweepLate],
  [2, gateway.sweepJob],
];

/** What is done in place of a move that nobody can make now: each lets the next be made. */
const GROWTH: readonly Mover[] = [append, begin, take, dispatch, own, gateway.accept];

function orGrowth(mover: Mover): Mover {
  return (model, dice) => [mover, ...GROWTH].reduce<ReturnType<Mover>>((move, next) => move ?? next(model, dice), null);
}

/** Draws moves of everybody that takes part. */
export function createRandomMove(witness: Witness): fc.Arbitrary<MoveCommand> {
  const draws = fc.array(fc.nat(DRAW_MAX), { minLength: DRAWS, maxLength: DRAWS });
  const kinds = MOVERS.map(([weight, mover]) => ({
    weight,
    arbitrary: draws.map((drawn) => new MoveCommand(orGrowth(mover), drawn, witness)),
  }));
  return fc.oneof(...kinds);
}
