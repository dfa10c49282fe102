import { isRunId, type RunId } from "@composite-llm/core";
import type { RedisClock } from "../redis/redis-clock.ts";
import type { ScriptReply } from "../run/run-scripts.ts";
import type { HeldRun } from "./create-owned-run.ts";
import type { ParkedRuns } from "./parked-runs.ts";
import type { Waiter, Waiters } from "./waiters.ts";

/** Longest time aside: whatever was missed is found then. */
export const LONGEST_PARK_MS = 60_000;
/** Less is not worth a replay. */
const SHORTEST_PARK_MS = 1000;
/** A run that was just taken up gets its calls together first. */
const SETTLING_MS = 100;

export interface ParkingOptions {
  held: ReadonlyMap<RunId, HeldRun>;
  waiters: Waiters;
  isBlocked(waiters: readonly Waiter[]): boolean;
  parked: ParkedRuns;
  clock: RedisClock;
  monotonicMs(): number;
  /** Looks whether a call's job is still there: nobody does while its run is aside. */
  lookAt(waiter: Waiter): Promise<void>;
  park(run: RunId, owner: number, untilMs: number, cells: (string | number)[]): Promise<ScriptReply>;
  onError(error: Error): void;
}

/**
 * Puts runs aside whose calls all wait for their providers, so that others get their places. What a run does by itself, at the end of a stage's
 * time or its own, it does in time: it comes back before.
 */
export function createParking(options: ParkingOptions): () => Promise<void> {
  const { held, waiters, isBlocked, parked, clock } = options;

  const tryPark = async (run: RunId, holding: HeldRun): Promise<void> => {
    const nextTimerMs = holding.nextTimerMs();
    if (nextTimerMs === null || options.monotonicMs() - holding.takenAtMs < SETTLING_MS) return;
    const nowMs = clock.now();
    const untilMs = Math.min(nextTimerMs, nowMs + LONGEST_PARK_MS);
    const cells = waiters.of(run);
    if (untilMs - nowMs < SHORTEST_PARK_MS || !isBlocked(cells)) return;
    for (const cell of cells) if (cell.lookedAtMs === 0) await options.lookAt(cell);

    const waiting = waiters.of(run);
    if (held.get(run) !== holding || !isBlocked(waiting)) return;
    parked.add(run, untilMs, new Set(waiting.map(({ provider }) => provider)));
    const [outcome, step, dispatch] = await options
      .park(
        run,
        holding.owner,
        untilMs,
        waiting.flatMap((cell) => [cell.step, cell.dispatch]),
      )
      .catch((error: unknown) => {
        parked.remove(run);
        throw error;
      });
    if (held.get(run) !== holding) return parked.remove(run);
    if (outcome === "ok") return holding.lost("parked");
    parked.remove(run);
    if (outcome === "begun") waiters.begun(run, String(step), Number(dispatch));
    else if (outcome !== "settled") holding.lost(outcome);
  };

  return async () => {
    parked.forget(clock.now() - SETTLING_MS);
    for (const [run, holding] of held) {
      if (isRunId(run)) await tryPark(run, holding).catch(options.onError);
    }
  };
}
