import type { RunEvent, RunPlan } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";

export interface FollowOptions {
  /** Called with every event of the run after `after`, in order, each once. Ends with `finished` or `error`. */
  onEvent(event: RunEvent): void;
  /** Called once when the events cannot be followed any further: Redis is gone, or the run expired. */
  onLost(reason: Error): void;
  /** Number of the last event already seen; 0 for all. */
  after?: number;
}

/** A follower of one run's events. */
export interface Following {
  /** Stops delivery and keeps only the cursor: nothing is buffered for a client that does not read. */
  pause(): void;
  /** Reads on from the cursor. */
  resume(): void;
  /** Ends it; no callback comes afterwards. */
  close(): void;
}

/** What a gateway needs of the queues: hand in a run, follow its events, cancel it. */
export interface RunGate {
  /**
   * Accepts a run and follows it from its first event.
   *
   * @throws ApiError `queue_unavailable` when Redis does not answer; nothing was enqueued then, or the run is swept
   */
  submit(plan: RunPlan, follow: FollowOptions): Promise<{ run: RunId; following: Following }>;
  /** Follows a run that was accepted before. */
  follow(run: RunId, options: FollowOptions): Following;
  /** Ends a run as cancelled and aborts its calls; does nothing when it had ended. */
  cancel(run: RunId): Promise<void>;
  /** Whether Redis answers and takes jobs. */
  isReady(): Promise<boolean>;
  close(): Promise<void>;
}
