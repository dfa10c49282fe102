import type { RunEvent, RunPlan, RunState } from "@composite-llm/contracts";
import { ApiError, type RunId } from "@composite-llm/core";
import { type FollowOptions, type Following, GOES_ON, type StoredRun, type Submission } from "@composite-llm/queue";

type EventOf<Kind extends RunEvent["kind"]> = Extract<RunEvent, { kind: Kind }>["data"];

/** A run that was handed in, with what the other side of the queue would do to it. */
export interface FakeRun {
  run: RunId;
  plan: RunPlan;
  submission: Submission;
  emit<Kind extends RunEvent["kind"]>(kind: Kind, data: EventOf<Kind>): void;
  /** Its events cannot be followed any further. */
  lose(): void;
  /** Whether none of its followers wants more for now. */
  readonly isPaused: boolean;
  /** Whether nobody follows it. */
  readonly isClosed: boolean;
  /** What those who left before its end asked for: a grace, or nothing. */
  readonly left: readonly (number | undefined)[];
  isDelivered: boolean;
  /** A request that joined it lets it go on without anybody. */
  keep(): void;
  stored(): StoredRun;
  follow(options: FollowOptions): Following;
  cancel(): void;
}

const TTL_MS = 86_400_000;

function isLast(event: RunEvent): event is Extract<RunEvent, { kind: "finished" | "error" }> {
  return event.kind === "finished" || event.kind === "error";
}

function stateAfter(event: RunEvent, state: RunState): RunState {
  if (event.kind === "run") return event.data.status;
  if (event.kind === "finished") return "succeeded";
  return event.kind === "error" && state !== "cancelled" ? "failed" : state;
}

/** A run without queues: its events are what the test emits. */
export function createFakeRun(run: RunId, plan: RunPlan, submission: Submission): FakeRun {
  const events: RunEvent[] = [];
  const followers = new Set<{ options: FollowOptions; isPaused: boolean; deliver(): void }>();
  const left: (number | undefined)[] = [];
  let state: RunState = "queued";
  let isKept = submission.graceMs === GOES_ON;
  let endedAtMs: number | null = null;

  const emit: FakeRun["emit"] = (kind, data) => {
    const event = { number: events.length + 1, kind, data } as RunEvent;
    events.push(event);
    state = stateAfter(event, state);
    if (isLast(event)) endedAtMs = plan.createdAtMs + 1000;
    for (const follower of followers) follower.deliver();
  };

  return {
    run,
    plan,
    submission,
    emit,
    lose: () => {
      for (const { options } of followers) options.onLost(new Error("lost"));
      followers.clear();
    },
    get isPaused() {
      return followers.size > 0 && [...followers].every(({ isPaused }) => isPaused);
    },
    get isClosed() {
      return followers.size === 0;
    },
    left,
    isDelivered: false,
    keep: () => {
      isKept = true;
    },
    stored: () => ({
      run,
      state,
      caller: plan.caller,
      plan,
      isBackground: isKept,
      createdAtMs: plan.createdAtMs,
      startedAtMs: state === "queued" ? null : plan.createdAtMs + 5,
      endedAtMs,
      deadlineAtMs: plan.createdAtMs + plan.totalDeadlineMs,
      parkedUntilMs: null,
      expiresAtMs: (endedAtMs ?? plan.createdAtMs + plan.totalDeadlineMs) + TTL_MS,
      retryOf: submission.inheritFrom,
      quarantined: null,
      lastEvent: events.length,
      lastAnswerEvent: events.findLast(({ kind }) => ["delta", "reset", "finished", "error"].includes(kind))?.number ?? 0,
      outcome: events.find(isLast) ?? null,
    }),
    follow: (options) => {
      let cursor = options.after ?? 0;
      const follower = {
        options,
        isPaused: false,
        deliver: () => {
          while (followers.has(follower) && !follower.isPaused && cursor < events.length) {
            const event = events[cursor] as RunEvent;
            cursor += 1;
            if (isLast(event)) followers.delete(follower);
            options.onEvent(event);
          }
        },
      };
      followers.add(follower);
      queueMicrotask(() => follower.deliver());
      return {
        pause: () => {
          follower.isPaused = true;
        },
        resume: () => {
          follower.isPaused = false;
          follower.deliver();
        },
        close: () => {
          followers.delete(follower);
        },
        leave: (graceMs) => {
          if (followers.delete(follower)) left.push(graceMs);
        },
      };
    },
    cancel: () => {
      if (endedAtMs !== null) return;
      const error = new ApiError("run_cancelled", "The run was cancelled.");
      emit("run", { status: "cancelled" });
      emit("error", { status: error.status, headers: error.headers, error: error.body });
    },
  };
}
