import { randomUUID } from "node:crypto";
import { type CallJob, type CallRecord, type CallReport, type CallStatus, type CallStep, toWireUsage } from "@composite-llm/contracts";
import { type Clock, type FailureClass, isRunId, type RunId } from "@composite-llm/core";
import { openInbox } from "../inbox/inbox.ts";
import { suffer, type Sufferer, type Sufferings } from "../quarantine/suffer.ts";
import { connectRedis, type RedisTarget } from "../redis/connect-redis.ts";
import { createRedisClock, type RedisClock } from "../redis/redis-clock.ts";
import { createKeys } from "../run/run-keys.ts";
import { createRunScripts } from "../run/run-scripts.ts";
import { splitAtStatus } from "./split-at-status.ts";

/** Where the result of a call goes, and on whose authority: the job's fence rises each time it is taken up. */
export interface CellClaim {
  run: RunId;
  job: CallJob;
  step: CallStep;
  fence: number;
}

export type WaitReply = { kind: "noted" } | { kind: "refused"; reason: string };
export type BeginReply = { kind: "begun"; deadlineAtMs: number } | { kind: "refused"; reason: string };

/** `unread`: nobody reads this stream any more, but its answer is wanted all the same; `refused`: nobody wants either. */
export type AppendReply = "added" | "unread" | "refused";

/** The stream of a try: the attempt that the run gave it, and how many batches it has sent. */
export interface StreamCursor {
  attempt: number;
  batches: number;
}

/** What a try used and cost. */
export type Spending = Pick<CallReport, "usage" | "costNanoUsd" | "costSource">;

/** The end of a try as it is recorded. */
export interface TryEnd extends Spending {
  status: CallStatus;
  class: FailureClass | null;
}

/** What a call used that is left to another process: how its last try ended, and the sum of all. */
export interface Unfinished {
  last: TryEnd;
  report: CallReport;
}

/** What a model-caller process needs of the queues. All times are Redis times. */
export interface CallDesk {
  readonly clock: RedisClock;
  /** Notes that a call waits for its provider's limits in nobody's hand, and that this process is to hear (`watch`) when it is not wanted any more. */
  wait(claim: CellClaim): Promise<WaitReply>;
  /** Asks before each request whether its answer could be used, and records that it starts. `previous` is how the try before ended. */
  begin(claim: CellClaim, tryNumber: number, previous: TryEnd | null): Promise<BeginReply>;
  /** Adds a batch of tokens to the run's events; `data` is a JSON object without its step and attempt. */
  append(claim: CellClaim, tryNumber: number, cursor: StreamCursor, data: object): Promise<AppendReply>;
  /**
   * Closes the cell. `last` is what the last try spent by itself, where the report sums several. `unsent` are the batches of a published step that were not appended yet: all of them
   * when nothing was streamed.
   */
  commit(
    claim: CellClaim,
    outcome: "succeeded" | "failed" | "cancelled",
    report: CallReport,
    stream: StreamCursor,
    unsent: readonly object[],
    last?: Spending,
  ): Promise<CallStatus>;
  /** Gives a call up that this job should make, so that its run has it made by another job; gives the status that it has then. `spent` is what was sent already. */
  giveUp(claim: CellClaim, spent?: Unfinished): Promise<string>;
  /** Counts workers that died on a call job: see there. */
  suffer(claim: CellClaim, job: Sufferer["job"], died: string | null): Promise<Sufferings | null>;
  /** Calls `abort` when the run wants this cell no more. Gives the function that ends the watch. */
  watch(cell: WatchedCell, abort: () => void): () => void;
  isListening(): boolean;
  close(): Promise<void>;
}

/** What of a claim says which call it is. */
export type WatchedCell = Pick<CellClaim, "run"> & { job: Pick<CallJob, "dispatch">; step: Pick<CallStep, "step"> };

function cellKey(run: string, step: string, dispatch: number): string {
  return `${run} ${step}#${dispatch}`;
}

/** JSON of an object as what follows its first brace, so that a script can put members in front. */
function rest(data: object): string {
  return JSON.stringify(data).slice(1);
}

export async function openCallDesk(target: RedisTarget & { clock: Clock }): Promise<CallDesk> {
  const keys = createKeys(target.prefix);
  const commands = connectRedis(target, "worker");
  const scripts = createRunScripts(commands, keys);
  const clock = createRedisClock(target.clock);
  const watched = new Map<string, () => void>();

  const inbox = await openInbox({
    key: keys.inbox(randomUUID()),
    blocking: connectRedis(target, "blocking"),
    commands,
    monotonicMs: () => target.clock.monotonicMs(),
    onError: target.onError,
    onMessage: ({ kind, run, step, dispatch }) => {
      if (kind === "abort") watched.get(cellKey(String(run), String(step), Number(dispatch)))?.();
    },
  });

  const recordOf = (claim: CellClaim, tryNumber: number): Omit<CallRecord, "kind" | "atMs"> => ({
    v: 1,
    run: claim.run,
    step: claim.step.step,
    dispatch: claim.job.dispatch,
    fence: claim.fence,
    try: tryNumber,
    provider: claim.job.provider,
    model: claim.step.model,
  });

  const toFinished = (claim: CellClaim, tryNumber: number, end: TryEnd): string =>
    JSON.stringify({ kind: "finished", ...recordOf(claim, tryNumber), ...end });

  const callOf = (claim: CellClaim) => ({
    step: claim.step.step,
    slot: claim.step.slot,
    role: claim.step.role,
    provider: claim.job.provider,
    model: claim.step.model,
  });

  return {
    clock,

    wait: async (claim) => {
      const event = JSON.stringify({ ...callOf(claim), state: "waiting" });
      const [outcome, now] = await scripts.wait(claim.run, claim.step.step, claim.job.dispatch, claim.fence, inbox.key, event);
      if (outcome !== "ok") return { kind: "refused", reason: outcome };
      clock.observe(Number(now));
      return { kind: "noted" };
    },

    begin: async (claim, tryNumber, previous) => {
      const started = JSON.stringify({ kind: "started", ...recordOf(claim, tryNumber) });
      const ended = previous === null ? "" : toFinished(claim, tryNumber - 1, previous);
      const event = JSON.stringify({ ...callOf(claim), state: "sent" });
      const [outcome, now, deadline] = await scripts.begin(
        claim.run,
        claim.step.step,
        claim.job.dispatch,
        claim.fence,
        tryNumber,
        inbox.key,
        claim.job.digest,
        event,
        started,
        ended,
        claim.step.watched === true ? 1 : "",
      );
      if (outcome !== "ok") return { kind: "refused", reason: outcome };
      clock.observe(Number(now));
      return { kind: "begun", deadlineAtMs: Number(deadline) };
    },

    append: async (claim, tryNumber, cursor, data) => {
      const { step } = claim.step;
      const [outcome, attempt] = await scripts.append(
        claim.run,
        step,
        claim.job.dispatch,
        claim.fence,
        tryNumber,
        cursor.attempt,
        cursor.batches,
        claim.step.publish ?? "",
        rest(data),
      );
      if (outcome === "kept") return "unread";
      if (outcome !== "ok") return "refused";
      cursor.attempt = Number(attempt);
      cursor.batches += 1;
      return "added";
    },

    commit: async (claim, outcome, report, stream, unsent, last = report) => {
      const [eventHead, eventTail] = splitAtStatus(
        {
          ...callOf(claim),
          class: report.failure?.class ?? null,
          usage: toWireUsage(report.usage),
          cost_usd: report.costNanoUsd === null ? null : report.costNanoUsd / 1e9,
          latency_ms: report.latencyMs,
        },
        "state",
      );
      const { usage, costNanoUsd, costSource } = last;
      const end: Omit<TryEnd, "status"> = { class: report.failure?.class ?? null, usage, costNanoUsd, costSource };
      const [recordHead, recordTail] = splitAtStatus({ kind: "finished", ...recordOf(claim, report.tries), ...end }, "status");
      const [status] = await scripts.commit(
        claim.run,
        claim.step.step,
        claim.job.dispatch,
        claim.fence,
        report.tries,
        outcome,
        JSON.stringify(report),
        eventHead,
        eventTail,
        recordHead,
        recordTail,
        stream.attempt,
        claim.step.publish ?? "",
        stream.batches,
        ...unsent.map(rest),
      );
      return status as CallStatus;
    },

    giveUp: async (claim, spent) => {
      const { run, step, job, fence } = claim;
      if (spent === undefined) return (await scripts.lose(run, "", step.step, job.dispatch, fence))[0];
      const { report, last } = spent;
      const ended = toFinished(claim, report.tries, last);
      return (await scripts.lose(run, "", step.step, job.dispatch, fence, report.tries, ended, JSON.stringify(report)))[0];
    },
    suffer: (claim, job, died) => suffer(scripts, { run: claim.run, dispatch: claim.job.dispatch, step: claim.step.step, job }, died),
    watch: (claim, abort) => {
      const key = cellKey(claim.run, claim.step.step, claim.job.dispatch);
      watched.set(key, abort);
      return () => {
        // The same call can be taken up here again, and is then watched anew.
        if (watched.get(key) === abort) watched.delete(key);
      };
    },

    isListening: () => inbox.isReading() && commands.status === "ready",
    close: async () => {
      await inbox.close();
      commands.disconnect();
    },
  };
}

/** Checks the run id of a job's payload. */
export function claimOf(job: CallJob, step: CallStep, fence: number): CellClaim {
  if (!isRunId(job.run)) throw new Error(`call job names no run: ${job.run.slice(0, 64)}`);
  return { run: job.run, job, step, fence };
}
