import type { RunPlan } from "@composite-llm/contracts";
import { ApiError, type Clock, createRunId, isRunId, type RunId } from "@composite-llm/core";
import { Queue } from "bullmq";
import { callJobsOf, readCallJobs, removeCallJobs } from "../jobs/call-jobs.ts";
import { QUEUE_SETTINGS, RUNS_QUEUE } from "../jobs/queue-settings.ts";
import { watchMemory } from "../memory/memory-watch.ts";
import { neededBytes } from "../memory/needed-bytes.ts";
import { listQuarantine, pardon } from "../quarantine/quarantine-list.ts";
import { connectRedis, type RedisTarget, waitUntilReady } from "../redis/connect-redis.ts";
import { toJournalSnapshot } from "../run/journal-snapshot.ts";
import { createKeys } from "../run/run-keys.ts";
import { createRunScripts, type ScriptReply } from "../run/run-scripts.ts";
import { CANCELLED } from "./cancelled.ts";
import { createEventHub, createListenerName, LISTENER_MS, ORPHAN_MS } from "./event-hub.ts";
import { listRuns, readRun } from "./read-run.ts";
import { GOES_ON, type RunGate, type Submission, type Submitted } from "./run-gate.ts";
import { openWithdrawals } from "./withdrawals.ts";

export interface RunGateOptions extends RedisTarget {
  /** Number of this Redis among the shards, which the ids of its runs carry; 0 unless given. */
  shard?: number;
  clock: Clock;
  /** How long a run and its result stay in Redis after it ended. */
  resultTtlMs: number;
}

const UNAVAILABLE = "The queue does not answer, so the run is not carried out. Try again in a few seconds.";
const FULL = "The queue is nearly full, so no new run is taken while those under way need the room. Try again in some seconds.";
/** How long those under way may take to make room. */
const FULL_RETRY_MS = 10_000;
const CONFLICT = "This Idempotency-Key stands for a request with another body: use a new key, or send the same body.";

/** How often a retry looks for the run that its first try left behind, until that one's listener is forgotten. */
const ADOPT_EVERY_MS = 200;

/** Opens the gateway's side of the queues. Rejects when Redis cannot be reached within 5 s. */
export async function createRunGate(options: RunGateOptions): Promise<RunGate> {
  const keys = createKeys(options.prefix);
  const commands = connectRedis(options, "producer");
  const subscriber = connectRedis(options, "subscriber");
  try {
    await Promise.all([commands, subscriber].map((redis) => waitUntilReady(redis, 5000)));
  } catch (error) {
    for (const redis of [commands, subscriber]) redis.disconnect();
    throw error;
  }
  const scripts = createRunScripts(commands, keys);
  const runs = new Queue(RUNS_QUEUE, { connection: commands, prefix: keys.queues, skipWaitingForReady: true, ...QUEUE_SETTINGS });
  runs.on("error", options.onError);
  const memory = await watchMemory(commands, keys.needs);
  const timers = new Set<NodeJS.Timeout>();

  /** Removes the calls of a cancelled run that nobody has taken up, prompts and all; where that fails, the sweeper does it. */
  const clear = (run: RunId): void => {
    readCallJobs(commands, keys, run)
      .then((jobs) => removeCallJobs(commands, keys, jobs))
      .catch(options.onError);
  };

  /** A listener is gone, or only looked after: cancels the run when its time without any is over. */
  const detach = async (run: RunId, listener: string, graceMs?: number): Promise<void> => {
    lookAgain(run, await scripts.detach(run, listener, graceMs ?? "", CANCELLED));
  };
  const lookAgain = (run: RunId, [, became, leftMs]: ScriptReply): void => {
    if (became === "cancelled") clear(run);
    if (became !== "grace") return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      detach(run, "").catch(options.onError);
    }, Number(leftMs));
    timers.add(timer);
  };

  const withdrawals = openWithdrawals({
    isConnected: () => commands.status === "ready",
    withdraw: async ({ run, listener, mayBeJoined }) => {
      // Who joined it may not have been able to give a sign.
      lookAgain(run, await scripts.detach(run, listener, "", CANCELLED, mayBeJoined ? ORPHAN_MS : 0, 1));
    },
    onError: options.onError,
  });

  const hub = createEventHub({
    subscriber,
    commands,
    keys,
    attach: async (run, listener) => {
      await scripts.attach(run, listener, LISTENER_MS);
    },
    detach: (run, listener, graceMs) => {
      detach(run, listener, graceMs).catch(options.onError);
    },
    monotonicMs: () => options.clock.monotonicMs(),
    onError: options.onError,
  });

  const full = (): ApiError => new ApiError("queue_full", FULL, { retryAfterMs: FULL_RETRY_MS });
  const unavailable = (cause: unknown): ApiError => {
    options.onError(cause as Error);
    if (cause instanceof Error && cause.message.startsWith("OOM ")) return full();
    return new ApiError("queue_unavailable", UNAVAILABLE, { retryAfterMs: 2000 });
  };

  const toFoundRun = (found: unknown): RunId => {
    const run = String(found);
    if (!isRunId(run)) throw new Error(`a key points to no run: ${run}`);
    return run;
  };

  const join = (run: RunId, { follow }: Submission, listener: string): Submitted => {
    return { run, isJoined: true, following: follow === null ? null : hub.follow(run, follow, listener, true) };
  };

  const adopt = async (submission: Submission, listener: string): Promise<Submitted | null> => {
    const until = options.clock.monotonicMs() + LISTENER_MS + ADOPT_EVERY_MS;
    for (;;) {
      const [outcome, found] = await scripts.adopt(createRunId(0), submission.fingerprint, listener, LISTENER_MS);
      if (outcome === "adopted") return join(toFoundRun(found), submission, listener);
      if (outcome === "none" || options.clock.monotonicMs() > until) return null;
      await new Promise((resolve) => setTimeout(resolve, ADOPT_EVERY_MS));
    }
  };

  /** Gives the run that the request means when there is one already, null when it was accepted as a new one. */
  const accept = async (run: RunId, plan: RunPlan, submission: Submission, listener: string): Promise<RunId | null> => {
    const { graceMs, idempotencyKey, fingerprint, twin, inheritFrom } = submission;
    const planJson = JSON.stringify(plan);
    const needed = neededBytes(plan, Buffer.byteLength(planJson));
    const refusal = submission.refusal ?? (memory.hasRoomFor(needed) ? null : full());
    // A run that exists can still be joined by its key.
    if (refusal !== null && idempotencyKey === null) throw refusal;
    const enqueue = () => runs.add("run", { v: 1, run }, { jobId: `${run}.1` });
    const accepted = scripts.accept(
      run,
      planJson,
      plan.caller,
      plan.totalDeadlineMs,
      options.resultTtlMs,
      listener,
      LISTENER_MS,
      // It goes on without anybody once it is known to be accepted.
      graceMs === GOES_ON ? 0 : graceMs,
      idempotencyKey === null ? "" : `${plan.caller}:${idempotencyKey}`,
      fingerprint,
      twin === "none" ? "" : 1,
      plan.webhook === null ? "" : 1,
      refusal === null ? "" : 1,
      needed,
    );
    const inherited = inheritFrom === null ? null : scripts.inherit(run, inheritFrom);
    // Without a key it is a new run: all travel on one connection, in this order, without waiting for each other. A key may stand for a run that
    // has its job, so this one's waits for the answer; should the process end meanwhile, the sweeper adds it.
    const mayBeKnown = idempotencyKey !== null;
    const [[outcome, found]] = await Promise.all([accepted, inherited, mayBeKnown ? null : enqueue()]);
    if (outcome === "joined") return toFoundRun(found);
    if (outcome === "conflict") throw new ApiError("idempotency_conflict", CONFLICT);
    if (outcome === "full") throw refusal ?? full();
    if (outcome !== "ok") throw new Error(`accept: ${outcome}`);
    if (mayBeKnown) await enqueue();
    memory.note(needed);
    return null;
  };

  return {
    submit: async (plan, submission) => {
      const run = createRunId(options.clock.now(), options.shard);
      const listener = createListenerName();
      const adopted =
        submission.twin === "adopts"
          ? await adopt(submission, listener).catch((error: unknown) => Promise.reject(unavailable(error)))
          : null;
      if (adopted !== null) return adopted;
      // What was never sent leaves no doubt.
      if (commands.status !== "ready") throw unavailable(new Error("there is no connection to Redis"));
      // Followed before it exists, so that its first event already arrives.
      const following = submission.follow === null ? null : hub.follow(run, submission.follow, listener, false);
      let doubtful = run;
      try {
        const found = await accept(run, plan, submission, listener);
        if (found !== null) doubtful = found;
        if (submission.graceMs === GOES_ON) await scripts.keep(doubtful, listener);
        if (found === null) return { run, isJoined: false, following };
        following?.close();
        return join(found, submission, listener);
      } catch (error) {
        following?.close();
        if (error instanceof ApiError) throw error;
        // It may have been accepted all the same: the client is told that it was not, so it must not run for its sake.
        withdrawals.withdraw({ run: doubtful, listener, mayBeJoined: submission.idempotencyKey !== null || submission.twin !== "none" });
        throw unavailable(error);
      }
    },
    follow: (run, follow) => hub.follow(run, follow, createListenerName(), true),
    cancel: async (run) => {
      const [outcome] = await scripts.finish(run, "cancelled", "", "error", CANCELLED);
      if (outcome === "ok") clear(run);
    },
    delivered: async (run) => {
      await scripts.deliver(run);
    },
    read: (run) => readRun(commands, keys, run),
    journal: async (run) => toJournalSnapshot(Object.entries(await commands.hgetall(keys.journal(run))).flat()),
    list: (caller, page) => listRuns(commands, keys, caller, page),
    erase: async (run) => {
      const [outcome, intents] = await scripts.erase(run);
      if (outcome === "ok") await removeCallJobs(commands, keys, callJobsOf(run, intents as string[]));
      return outcome !== "open";
    },
    quarantine: () => listQuarantine(commands, keys),
    pardon: (id) => pardon(scripts, id),
    isReady: async () => {
      try {
        return subscriber.status === "ready" && (await commands.ping()) === "PONG";
      } catch {
        return false;
      }
    },
    close: async () => {
      hub.close();
      withdrawals.close();
      memory.close();
      for (const timer of timers) clearTimeout(timer);
      await runs.close();
      for (const redis of [commands, subscriber]) redis.disconnect();
    },
  };
}
