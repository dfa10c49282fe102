import type { RunEvent, RunPlan } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";
import type { Following, RunGate } from "@composite-llm/queue";

export interface RunListener {
  onEvent(event: RunEvent): void;
  onLost(reason: Error): void;
}

export interface StartedRun {
  run: RunId;
  following: Following;
  /** Delivers what came so far, then everything as it comes. */
  listen(listener: RunListener): void;
}

/**
 * Hands a run in. Events that arrive before somebody listens are kept: a listener that needs the run's id can be made
 * once the run has one.
 *
 * @throws ApiError `queue_unavailable` when the run was not accepted
 */
export async function startRun(gate: RunGate, plan: RunPlan): Promise<StartedRun> {
  const early: RunEvent[] = [];
  let lost: Error | null = null;
  let listener: RunListener | null = null;
  const { run, following } = await gate.submit(plan, {
    onEvent: (event) => {
      if (listener === null) early.push(event);
      else listener.onEvent(event);
    },
    onLost: (reason) => {
      if (listener === null) lost = reason;
      else listener.onLost(reason);
    },
  });
  return {
    run,
    following,
    listen: (given) => {
      listener = given;
      for (const event of early.splice(0)) given.onEvent(event);
      if (lost !== null) given.onLost(lost);
    },
  };
}
