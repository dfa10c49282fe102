import { randomUUID } from "node:crypto";
import { callKeys, parseRunPlan } from "@composite-llm/contracts";
import { type Clock, isRunId, type RunId } from "@composite-llm/core";
import { Queue } from "bullmq";
import { openInbox } from "../inbox/inbox.ts";
import type { TakenJob } from "../jobs/create-worker.ts";
import { promoteJob } from "../jobs/promote-job.ts";
import { callsQueue, QUEUE_SETTINGS, RUNS_QUEUE } from "../jobs/queue-settings.ts";
import { suffer, type Sufferer, type Sufferings } from "../quarantine/suffer.ts";
import { connectRedis, type RedisTarget } from "../redis/connect-redis.ts";
import { createRedisClock } from "../redis/redis-clock.ts";
import { toJournalSnapshot } from "../run/journal-snapshot.ts";
import { createKeys } from "../run/run-keys.ts";
import { createRunScripts } from "../run/run-scripts.ts";
import { parseSettled } from "../run/settled.ts";
import { createBlockedCheck } from "./blocked-check.ts";
import { createOwnedRun, type HeldRun } from "./create-owned-run.ts";
import { createLookAgain } from "./look-again.ts";
import type { OwnedRun } from "./owned-run.ts";
import { createParkedRuns } from "./parked-runs.ts";
import { createParking, LONGEST_PARK_MS } from "./parking.ts";
import { createWaiters } from "./waiters.ts";

const LOOK_EVERY_MS = 2000;
const PARK_EVERY_MS = 100;

/** Does something again and again, never twice at once. It must not reject. */
function repeat(everyMs: number, work: () => Promise<void>): NodeJS.Timeout {
  let isWorking = false;
  return setInterval(() => {
    if (isWorking) return;
    isWorking = true;
    void work().finally(() => {
      isWorking = false;
    });
  }, everyMs);
}

/** What an orchestrator process needs of the queues: take runs up, hear of their results. */
export interface RunDesk {
  /**
   * Takes a run up from its job; null when it ended or expired meanwhile.
   *
   * @param nextTimerMs when the run is next to do something by itself, Redis time, null for never; a run that is taken without it is never parked
   */
  take(run: RunId, job?: Pick<TakenJob, "id" | "stalls">, nextTimerMs?: () => number | null): Promise<OwnedRun | null>;
  /** Counts workers that died on a run: see there. */
  suffer(run: RunId, job: Sufferer["job"], died: string | null): Promise<Sufferings | null>;
  /** Puts the job of a run aside whose owner lost it as `parked`; its processor then ends by throwing what this gives. */
  putAside(run: RunId, job: Pick<TakenJob, "id" | "postpone">): Promise<Error>;
  /** Parks no more, and has every parked run taken up by another process. */
  wakeParked(): Promise<void>;
  /** Whether results arrive. */
  isListening(): boolean;
  close(): Promise<void>;
}

export interface RunDeskOptions extends RedisTarget {
  clock: Clock;
  /** Runs that the process takes up at once; without a number they are never short. */
  slots?: number;
}

export async function openRunDesk(target: RunDeskOptions): Promise<RunDesk> {
  const { slots = Number.POSITIVE_INFINITY } = target;
  const keys = createKeys(target.prefix);
  const commands = connectRedis(target, "worker");
  const scripts = createRunScripts(commands, keys);
  const clock = createRedisClock(target.clock);
  const waiters = createWaiters();
  const held = new Map<RunId, HeldRun>();
  const queues = new Map<string, Queue>();

  const runs = new Queue(RUNS_QUEUE, { connection: commands, prefix: keys.queues, ...QUEUE_SETTINGS });
  runs.on("error", target.onError);
  const parked = createParkedRuns(async (job) => void (await promoteJob(runs, job)), target.onError);
  let mayPark = true;

  const queueOf = (provider: string): Queue => {
    const known = queues.get(provider);
    if (known !== undefined) return known;
    const queue = new Queue(callsQueue(provider), { connection: commands, prefix: keys.queues, ...QUEUE_SETTINGS });
    queue.on("error", target.onError);
    queues.set(provider, queue);
    // The sweeper looks after it also where nobody ever takes its jobs.
    commands.sadd(keys.queueNames, queue.name).catch(target.onError);
    return queue;
  };

  const monotonicMs = () => target.clock.monotonicMs();
  const lookAgain = createLookAgain({
    waiters,
    commands,
    keys,
    queueOf,
    monotonicMs,
    onError: target.onError,
    lose: async (run, step, dispatch) => {
      const owner = held.get(run)?.owner;
      return owner === undefined ? "stale" : (await scripts.lose(run, owner, step, dispatch))[0];
    },
  });

  const inbox = await openInbox({
    key: keys.inbox(randomUUID()),
    blocking: connectRedis(target, "blocking"),
    commands,
    monotonicMs: () => target.clock.monotonicMs(),
    onError: target.onError,
    onMessage: (message) => {
      const settled = parseSettled(message);
      // Before anything else: what comes for a run that is being put aside brings it back.
      if (typeof message["run"] === "string") parked.wake(message["run"]);
      if (settled !== null) void lookAgain.hear(settled.run, settled);
      else if (message["kind"] === "begun") waiters.begun(String(message["run"]), String(message["step"]), Number(message["dispatch"]));
      else if (message["kind"] === "ended" && typeof message["run"] === "string" && isRunId(message["run"]))
        held.get(message["run"])?.lost("ended");
    },
  });

  const park = createParking({
    held,
    waiters,
    isBlocked: createBlockedCheck({ monotonicMs, isFull: (provider) => held.size >= slots && parked.waitFor(provider) }),
    parked,
    clock,
    monotonicMs,
    lookAt: (waiter) => lookAgain.lookAt(waiter),
    park: (run, owner, untilMs, cells) => scripts.park(run, owner, untilMs, LONGEST_PARK_MS, ...cells),
    onError: target.onError,
  });
  const timers = [
    repeat(LOOK_EVERY_MS / 2, () => lookAgain.look(LOOK_EVERY_MS)),
    repeat(PARK_EVERY_MS, () => (mayPark ? park() : Promise.resolve())),
  ];

  return {
    take: async (run, job, nextTimerMs = () => null) => {
      const [outcome, owner, now, plan, created, started, deadline, journal, deaths] = await scripts.own(
        run,
        inbox.key,
        job?.id ?? "",
        job?.stalls ?? 0,
      );
      if (outcome !== "ok") return null;
      clock.observe(Number(now));
      // The same process can get a run again, whose former owner in it has lost it by that.
      held.get(run)?.lost("stale");
      return createOwnedRun({
        run,
        owner: Number(owner),
        plan: parseRunPlan(JSON.parse(String(plan))),
        journal: toJournalSnapshot(journal as string[]),
        deaths: Number(deaths),
        times: { createdAtMs: Number(created), startedAtMs: Number(started), deadlineAtMs: Number(deadline) },
        scripts,
        clock,
        monotonicMs,
        queueOf,
        onError: target.onError,
        waiters,
        held,
        nextTimerMs,
        hasPublished: async (step) => {
          const streams = await commands.hmget(keys.journal(run), ...callKeys(step).map((key) => `a:${key}`));
          return streams.some((stream) => stream !== null);
        },
      });
    },
    suffer: (run, job, died) => suffer(scripts, { run, dispatch: null, step: "", job }, died),
    putAside: async (run, job) => {
      const delayMs = Math.max(0, (parked.untilMs(run) ?? 0) - clock.now());
      const thrown = await job.postpone(delayMs);
      parked.asideNow(run, job.id);
      return thrown;
    },
    wakeParked: async () => {
      mayPark = false;
      await parked.wakeAll();
    },
    isListening: () => inbox.isReading() && commands.status === "ready",
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await inbox.close();
      await Promise.all([runs, ...queues.values()].map((queue) => queue.close()));
      commands.disconnect();
    },
  };
}
