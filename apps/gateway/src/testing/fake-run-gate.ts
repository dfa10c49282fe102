import type { RunEvent, RunPlan } from "@composite-llm/contracts";
import { ApiError, createRunId, type RunId } from "@composite-llm/core";
import type { FollowOptions, Following, RunGate } from "@composite-llm/queue";

type EventOf<Kind extends RunEvent["kind"]> = Extract<RunEvent, { kind: Kind }>["data"];

/** A run that was handed in, with what the other side of the queue would do to it. */
export interface FakeRun {
  run: RunId;
  plan: RunPlan;
  emit<Kind extends RunEvent["kind"]>(kind: Kind, data: EventOf<Kind>): void;
  lose(): void;
  readonly isPaused: boolean;
  readonly isClosed: boolean;
}

export interface FakeRunGate extends RunGate {
  readonly submitted: FakeRun[];
  readonly cancelled: RunId[];
  /** Called with each run as soon as it is accepted. */
  onSubmit: (run: FakeRun) => void;
  isDown: boolean;
}

/** A RunGate without queues: what comes out of a run is what the test emits. */
export function createFakeRunGate(): FakeRunGate {
  const open = (run: RunId, plan: RunPlan, follow: FollowOptions): FakeRun & { following: Following } => {
    let number = 0;
    let isPaused = false;
    let isClosed = false;
    let held: RunEvent[] = [];
    const deliver = (event: RunEvent): void => {
      if (isClosed) return;
      if (isPaused) held.push(event);
      else follow.onEvent(event);
    };
    return {
      run,
      plan,
      emit: (kind, data) => {
        number += 1;
        deliver({ number, kind, data } as RunEvent);
      },
      lose: () => follow.onLost(new Error("lost")),
      get isPaused() {
        return isPaused;
      },
      get isClosed() {
        return isClosed;
      },
      following: {
        pause: () => {
          isPaused = true;
        },
        resume: () => {
          isPaused = false;
          const waiting = held;
          held = [];
          for (const event of waiting) deliver(event);
        },
        close: () => {
          isClosed = true;
        },
      },
    };
  };

  const submitted: FakeRun[] = [];
  const cancelled: RunId[] = [];
  const gate: FakeRunGate = {
    submitted,
    cancelled,
    isDown: false,
    onSubmit: () => undefined,
    submit: async (plan, follow) => {
      if (gate.isDown) throw new ApiError("queue_unavailable", "The queue does not answer.", { retryAfterMs: 2000 });
      const fake = open(createRunId(plan.createdAtMs), structuredClone(plan), follow);
      submitted.push(fake);
      queueMicrotask(() => gate.onSubmit(fake));
      return { run: fake.run, following: fake.following };
    },
    follow: () => {
      throw new Error("not part of this fake");
    },
    cancel: async (run) => {
      cancelled.push(run);
    },
    isReady: async () => !gate.isDown,
    close: async () => undefined,
  };
  return gate;
}
