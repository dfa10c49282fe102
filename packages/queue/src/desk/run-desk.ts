import { randomUUID } from "node:crypto";
import { parseRunPlan } from "@composite-llm/contracts";
import { type Clock, isRunId, type RunId } from "@composite-llm/core";
import { Queue } from "bullmq";
import { openInbox } from "../inbox/inbox.ts";
import type { TakenJob } from "../jobs/create-worker.ts";
import { callsQueue, QUEUE_SETTINGS } from "../jobs/queue-settings.ts";
import { suffer, type Sufferer, type Sufferings } from "../quarantine/suffer.ts";
import { connectRedis, type RedisTarget } from "../redis/connect-redis.ts";
import { createRedisClock } from "../redis/redis-clock.ts";
import { toJournalSnapshot } from "../run/journal-snapshot.ts";
import { createKeys } from "../run/run-keys.ts";
import { createRunScripts } from "../run/run-scripts.ts";
import { parseSettled } from "../run/settled.ts";
import { createOwnedRun, type HeldRun } from "./create-owned-run.ts";
import { createLookAgain } from "./look-again.ts";
import type { OwnedRun } from "./owned-run.ts";
import { createWaiters } from "./waiters.ts";

const LOOK_EVERY_MS = 2000;

/** What an orchestrator process needs of the queues: take runs up, hear of their results. */
export interface RunDesk {
  /** Takes a run up from its job; null when it ended or expired meanwhile. */
  take(run: RunId, job?: Pick<TakenJob, "id" | "stalls">): Promise<OwnedRun | null>;
  /** Counts workers that died on a run: see there. */
  suffer(run: RunId, job: Sufferer["job"], died: string | null): Promise<Sufferings | null>;
  /** Whether results arrive. */
  isListening(): boolean;
  close(): Promise<void>;
}

export async function openRunDesk(target: RedisTarget & { clock: Clock }): Promise<RunDesk> {
  const keys = createKeys(target.prefix);
  const commands = connectRedis(target, "worker");
  const scripts = createRunScripts(commands, keys);
  const clock = createRedisClock(target.clock);
  const waiters = createWaiters();
  const held = new Map<RunId, HeldRun>();
  const queues = new Map<string, Queue>();

  const queueOf = (provider: string): Queue => {
    const known = queues.get(provider);
    if (known !== undefined) return known;
    const queue = new Queue(callsQueue(provider), { connection: commands, prefix: keys.queues, ...QUEUE_SETTINGS });
    queue.on("error", target.onError);
    queues.set(provider, queue);
    return queue;
  };

  const inbox = await openInbox({
    key: keys.inbox(randomUUID()),
    blocking: connectRedis(target, "blocking"),
    commands,
    monotonicMs: () => target.clock.monotonicMs(),
    onError: target.onError,
    onMessage: (message) => {
      const settled = parseSettled(message);
      if (settled !== null) waiters.settle(settled.run, settled);
      else if (message["kind"] === "begun") waiters.begun(String(message["run"]), String(message["step"]), Number(message["dispatch"]));
      else if (message["kind"] === "ended" && typeof message["run"] === "string" && isRunId(message["run"]))
        held.get(message["run"])?.lost("ended");
    },
  });

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
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void lookAgain(LOOK_EVERY_MS).finally(() => {
      isLooking = false;
    });
  }, LOOK_EVERY_MS / 2);

  return {
    take: async (run, job) => {
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
        waiters,
        held,
        hasPublished: async (step) => (await commands.hexists(keys.journal(run), `a:${step}`)) === 1,
      });
    },
    suffer: (run, job, died) => suffer(scripts, { run, dispatch: null, step: "", job }, died),
    isListening: () => inbox.isReading() && commands.status === "ready",
    close: async () => {
      clearInterval(timer);
      await inbox.close();
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      commands.disconnect();
    },
  };
}
