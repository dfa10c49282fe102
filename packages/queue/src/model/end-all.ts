import type { Keys } from "../run/run-keys.ts";
import { isLive } from "./history.ts";
import type { Model } from "./model.ts";
import type { Move } from "./moves/move.ts";
import { play } from "./play.ts";
import { hold } from "./promises/turn.ts";
import type { World } from "./world.ts";

/**
 * Whatever happened, the sweeper brings every run to an end.
 *
 * @throws BrokenPromise when one is left open
 */
export async function endAll(model: Model, world: World): Promise<void> {
  for (const run of model.runs) {
    const seen = model.sight.runs.get(run);
    const end: Move = { action: { kind: "finish", run, owner: null, state: "failed", unseen: 0 }, heard: () => undefined };
    const forget: Move = { action: { kind: "revive", run, jobs: 0 }, heard: () => undefined };
    if (isLive(model.history.runs.get(run))) await play(end, model, world);
    else if (seen?.isOpen === true || (seen?.alone.length ?? 0) > 0) await play(forget, model, world);
  }
  for (const { run, state, isOpen, alone } of model.sight.runs.values()) {
    hold(5, alone.length === 0, () => `${run} is ${String(state)} and ${alone.join()} still in quarantine`);
    hold(1, !isOpen, () => `${run} is ${String(state)} and still among the open runs`);
  }
}

/**
 * All that is left expires, but for what belongs to the installation.
 *
 * @param left each key and how many milliseconds it lives, -1: for ever
 * @throws BrokenPromise unless it is so
 */
export function checkLeft(left: ReadonlyMap<string, number>, { callRecords, dueWebhooks }: Keys): void {
  for (const [key, ttlMs] of left) hold(5, ttlMs !== -1 || key === callRecords || key === dueWebhooks, () => `${key} never expires`);
}
