import { createHash } from "node:crypto";
import type { CallJob, RunPlan } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";
import type { Queue } from "bullmq";
import { toIntent } from "../jobs/call-jobs.ts";
import type { RedisClock } from "../redis/redis-clock.ts";
import type { JournalSnapshot } from "../run/journal-snapshot.ts";
import type { RunScripts, ScriptReply } from "../run/run-scripts.ts";
import { type DispatchRequest, type OwnedRun, OwnershipLost } from "./owned-run.ts";
import type { Waiters } from "./waiters.ts";

/** How the desk reaches a run that it holds. */
export interface HeldRun {
  readonly owner: number;
  /** Monotonic time. */
  readonly takenAtMs: number;
  /** When the run is next to do something by itself, Redis time; null when it may not be put aside. */
  nextTimerMs(): number | null;
  /** Ends this owner's work on the run. */
  lost(outcome: string): void;
}

interface OwnedRunParts {
  run: RunId;
  owner: number;
  plan: RunPlan;
  journal: JournalSnapshot;
  deaths: number;
  times: { createdAtMs: number; startedAtMs: number; deadlineAtMs: number };
  scripts: RunScripts;
  clock: RedisClock;
  monotonicMs(): number;
  queueOf(provider: string): Queue;
  onError(error: Error): void;
  waiters: Waiters;
  held: Map<RunId, HeldRun>;
  hasPublished(step: string): Promise<boolean>;
  nextTimerMs(): number | null;
}

/** Owner numbers are never used twice, so neither is a dispatch number that is counted from one of them. */
const DISPATCHES_PER_OWNER = 1000;

function ignore(): void {}

/** What a call job is checked against before each of its requests: equal digests mean equal requests. */
function digestOf(request: DispatchRequest): string {
  const hash = createHash("sha1").update(JSON.stringify([request.provider, request.steps, request.prompts]));
  return toIntent(request.provider, hash.digest("base64url"));
}

export function createOwnedRun(parts: OwnedRunParts): OwnedRun {
  const { run, owner, plan, journal, times, scripts, clock, monotonicMs, queueOf, waiters, held } = parts;
  const abort = new AbortController();
  let dispatches = 0;
  /** Dispatch number → its provider. */
  const providers = new Map<number, string>();

  const leave = (): void => {
    waiters.drop(run);
    if (held.get(run) === holding) held.delete(run);
  };
  const holding: HeldRun = {
    owner,
    takenAtMs: monotonicMs(),
    nextTimerMs: () => parts.nextTimerMs(),
    lost: (outcome) => {
      leave();
      abort.abort(new OwnershipLost(outcome));
    },
  };
  held.set(run, holding);

  /** Whoever lost the run sends nothing more. */
  const ask = async (call: () => Promise<ScriptReply>): Promise<ScriptReply> => {
    if (abort.signal.aborted) throw abort.signal.reason;
    return accepted(await call());
  };
  const accepted = (reply: ScriptReply): ScriptReply => {
    if (reply[0] === "ok") return reply;
    holding.lost(reply[0]);
    throw new OwnershipLost(reply[0]);
  };

  /** Of what nobody waits for any more; not those that somebody works on. */
  const removeJobs = (cells: readonly { dispatch: number }[]): void => {
    for (const dispatch of new Set(cells.map((cell) => cell.dispatch))) {
      const provider = providers.get(dispatch);
      if (provider !== undefined) queueOf(provider).remove(`${run}.${dispatch}`).catch(parts.onError);
    }
  };

  return {
    run,
    plan,
    journal,
    deaths: parts.deaths,
    ...times,
    signal: abort.signal,
    now: () => clock.now(),

    enter: async (stageKey, events) => {
      const pairs = events.flatMap((event) => [event.kind, JSON.stringify(event.data)]);
      return Number((await ask(() => scripts.enter(run, owner, stageKey, ...pairs)))[1]);
    },

    dispatch: async (request, onSettled, onBegun = ignore) => {
      const digest = digestOf(request);
      const calls = request.steps.flatMap(({ step, slot, role, model }) => [
        step,
        JSON.stringify({ step, slot, role, provider: request.provider, model, state: "queued" }),
      ]);
      dispatches += 1;
      const dispatch = owner * DISPATCHES_PER_OWNER + dispatches;
      providers.set(dispatch, request.provider);
      const { caller, priority } = plan;
      const job: CallJob = { v: 1, run, dispatch, caller, priority, ...request, digest, queuedAtMs: clock.now() };
      for (const { step } of request.steps) {
        const nowMs = monotonicMs();
        const waiter = { run, step, dispatch, provider: request.provider, sinceMs: nowMs, isBegun: false, lookedAtMs: nowMs, isWon: false };
        waiters.add({ ...waiter, onSettled, onBegun });
      }
      // Both travel on one connection, in this order, without waiting for each other: a job that was not intended is refused at its begin.
      if (abort.signal.aborted) throw abort.signal.reason;
      const intended = scripts.intend(run, owner, dispatch, digest, ...calls);
      const added = queueOf(request.provider).add("call", job, { jobId: `${run}.${dispatch}` });
      const [reply] = await Promise.all([intended, added]);
      clock.observe(Number(accepted(reply)[1]));
      return dispatch;
    },

    await: ({ step, dispatch, provider }, onSettled, onBegun = ignore) => {
      providers.set(dispatch, provider);
      const isBegun = journal.open.some((cell) => cell.step === step && cell.dispatch === dispatch && cell.isBegun);
      // Of a run that was put aside it is known that its calls have waited long enough.
      const sinceMs = journal.parkedAtMs === null ? monotonicMs() : Number.NEGATIVE_INFINITY;
      waiters.add({ run, step, dispatch, provider, sinceMs, isBegun, lookedAtMs: 0, isWon: false, onSettled, onBegun });
    },

    release: async (stageKey, decision, event, stragglers) => {
      const cells = stragglers.cells.flatMap(({ step, dispatch }) => [step, dispatch]);
      const reply = await ask(() =>
        scripts.release(run, owner, stageKey, decision, JSON.stringify(event), stragglers.keep ? 1 : 0, ...cells),
      );
      if (!stragglers.keep) removeJobs(stragglers.cells);
      return String(reply[1]);
    },

    hasPublished: (step) => parts.hasPublished(step),

    finish: async (end, unseen) => {
      const kind = end.state === "succeeded" ? "finished" : "error";
      const earlier = unseen.flatMap((event) => [event.kind, JSON.stringify(event.data)]);
      await ask(() => scripts.finish(run, end.state, owner, kind, JSON.stringify(end.data), ...earlier));
      leave();
    },

    let: () => holding.lost("let go"),
  };
}
