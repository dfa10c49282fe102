import type { RunEvent, RunPlan } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";
import type { Following, FollowOptions, RunGate } from "@composite-llm/queue";
import { reading } from "./reading.ts";
import type { Wish } from "./to-wish.ts";

export interface RunListener {
  onEvent(event: RunEvent): void;
  onLost(reason: Error): void;
}

export interface StartedRun {
  run: RunId;
  /** As the run was accepted with it: of a joined run, not this request's own. */
  plan: RunPlan;
  /** Whether it had ended before this request came. */
  hadEnded: boolean;
  /** Number of the newest event in scope `answer` that it had then: up to there it is replayed. 0 of a new run. */
  replayedUntil: number;
  following: Following;
  /** Delivers what came so far, then everything as it comes. */
  listen(listener: RunListener): void;
}

/**
 * Hands a run in, or joins the one that the request means. Events that arrive before somebody listens are kept: a listener that needs
 * the run's id can be made once the run has one.
 *
 * @throws ApiError `queue_unavailable` when the run was not accepted, `idempotency_conflict` when its key stands for another body
 */
export async function startRun(gate: RunGate, asked: RunPlan, wish: Wish): Promise<StartedRun> {
  const early: RunEvent[] = [];
  let lost: Error | null = null;
  let listener: RunListener | null = null;
  const { streamEvents, streamMembers } = asked.delivery;
  const follow: FollowOptions = {
    scope: streamEvents || streamMembers ? "all" : "answer",
    onEvent: (event) => {
      if (listener === null) early.push(event);
      else listener.onEvent(event);
    },
    onLost: (reason) => {
      if (listener === null) lost = reason;
      else listener.onLost(reason);
    },
  };
  const { run, isJoined, following } = await gate.submit(asked, { ...wish, follow, inheritFrom: null });
  if (following === null) throw new Error("a run that is waited for has nobody who follows it");
  const stored = isJoined
    ? await reading(gate.read(run)).catch((error: unknown) => {
        following.leave();
        throw error;
      })
    : null;
  return {
    run,
    plan: stored?.plan ?? asked,
    hadEnded: stored !== null && stored.endedAtMs !== null,
    replayedUntil: stored?.lastAnswerEvent ?? 0,
    following,
    listen: (given) => {
      listener = given;
      for (const event of early.splice(0)) given.onEvent(event);
      if (lost !== null) given.onLost(lost);
    },
  };
}
