import type { Quarantined, RunEvent, RunPlan, RunState } from "@composite-llm/contracts";
import type { ApiError, RunId } from "@composite-llm/core";
import type { QuarantineEntry } from "../quarantine/quarantine-list.ts";
import type { JournalSnapshot } from "../run/journal-snapshot.ts";

export interface FollowOptions {
  /** `answer`: only what a client's answer is made of (`delta`, `reset`, `finished`, `error`), which costs a fraction of all. */
  scope: "all" | "answer";
  /** Called with every event of the run's in scope after `after`, in order, each once. Ends with `finished` or `error`. */
  onEvent(event: RunEvent): void;
  /** Called once when the events cannot be followed any further: the run is unknown or expired, or Redis has been away for two minutes. */
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
  /** Ends it; no callback comes afterwards. The run does not hear of it and goes on. */
  close(): void;
  /**
   * Ends it because the client is gone. A run that nobody else follows is cancelled after its grace.
   *
   * @param graceMs overrides the run's own; `GOES_ON` lets it go on without anybody
   */
  leave(graceMs?: number): void;
}

/** In place of a grace: the run needs no listener. */
export const GOES_ON = -1;

export interface Submission {
  /** How long the run goes on after its last listener is gone; `GOES_ON` for a background run, also for one that is joined. */
  graceMs: number;
  /** Null for a background run. */
  follow: FollowOptions | null;
  /** Joins the run that this key stands for, or makes it stand for the new one. */
  idempotencyKey: string | null;
  /** Digest of the caller and of what the body asks for. */
  fingerprint: string;
  /** Whether a client's own retry may adopt the run (`may_be_adopted`), or is this request and may adopt one (`adopts`). */
  twin: "none" | "may_be_adopted" | "adopts";
  /** A failed run whose successes this one begins with. */
  inheritFrom: RunId | null;
  /** What a new run is refused with: then one that exists can still be joined, and nothing else. Absent: it is taken. */
  refusal?: ApiError;
}

export interface Submitted {
  run: RunId;
  /** Whether the run had been accepted before, for another request. */
  isJoined: boolean;
  following: Following | null;
}

/** What is stored of a run. All times are Redis times. */
export interface StoredRun {
  run: RunId;
  state: RunState;
  caller: string;
  plan: RunPlan;
  isBackground: boolean;
  createdAtMs: number;
  startedAtMs: number | null;
  endedAtMs: number | null;
  deadlineAtMs: number;
  /** Until when at most it is put aside because its calls wait for their providers; null when it is not. */
  parkedUntilMs: number | null;
  /** When its content goes. */
  expiresAtMs: number;
  retryOf: RunId | null;
  /** Null when the run itself is in no quarantine. */
  quarantined: Quarantined | null;
  /** Number of the newest event. */
  lastEvent: number;
  /** Number of the newest event in scope `answer`; 0 when there is none. */
  lastAnswerEvent: number;
  /** The last event, once it ended. */
  outcome: Extract<RunEvent, { kind: "finished" | "error" }> | null;
}

export interface RunPageRequest {
  /** Runs older than this one; null for all. */
  before: RunId | null;
  limit: number;
  /** Null for all. */
  state: RunState | null;
}

export interface RunPage {
  /** May be fewer than the limit, or none, also when there are more: only so many runs are looked at for a page. */
  runs: StoredRun[];
  /** `before` of the next page; null when there is none. */
  next: RunId | null;
}

/** What a gateway needs of the queues: hand in a run, follow its events, cancel it, read what is stored. */
export interface RunGate {
  /**
   * Accepts a run and follows it from its first event, or joins the one that the request means.
   *
   * @throws ApiError `queue_unavailable` when Redis does not answer; `queue_full` when it has room only for the runs under way; `idempotency_conflict`
   * when the key stands for another body; the submission's own refusal
   */
  submit(plan: RunPlan, submission: Submission): Promise<Submitted>;
  /** Follows a run that was accepted before. */
  follow(run: RunId, options: FollowOptions): Following;
  /** Ends a run as cancelled and aborts its calls; does nothing when it had ended. */
  cancel(run: RunId): Promise<void>;
  /** The result reached its client whole. */
  delivered(run: RunId): Promise<void>;
  /** Null when it is unknown or expired. */
  read(run: RunId): Promise<StoredRun | null>;
  /** What the run has decided and received so far, answers that came after its end included; empty when it is unknown. */
  journal(run: RunId): Promise<JournalSnapshot>;
  /** Runs of a caller, newest first. */
  list(caller: string, page: RunPageRequest): Promise<RunPage>;
  /** Removes everything of a run that ended; false when it is still open. */
  erase(run: RunId): Promise<boolean>;
  /** Runs and calls of all callers that run alone because they kept killing their workers. */
  quarantine(): Promise<QuarantineEntry[]>;
  /** Lets a run or a call out of quarantine, by its id there; false when it is not in it. */
  pardon(id: string): Promise<boolean>;
  /** Whether Redis answers and takes jobs. */
  isReady(): Promise<boolean>;
  close(): Promise<void>;
}
