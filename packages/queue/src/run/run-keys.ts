import type { RunId } from "@composite-llm/core";

/** Names of the keys of one installation; `prefix` separates several on one Redis. */
export interface Keys {
  run(run: RunId): string;
  /** The stream of a run's events; as a channel, it carries those that its answer is made of. */
  events(run: RunId): string;
  /** The channel of the others. */
  progress(run: RunId): string;
  journal(run: RunId): string;
  inbox(process: string): string;
  /** All runs of a caller, by id. */
  runsOf(caller: string): string;
  openRuns: string;
  /** Bytes that each open run may come to need. */
  needs: string;
  /** Runs and calls that run alone because they kept killing their workers, by the time since when. */
  quarantine: string;
  callRecords: string;
  /** Runs that ended and whose webhooks have no job yet, by the time of their end. */
  dueWebhooks: string;
  /** Held by the one sweeper that works. */
  sweeper: string;
  /** Names of all queues that ever had a worker. */
  queueNames: string;
  /** Prefix of BullMQ's own keys. */
  queues: string;
}

export function createKeys(prefix: string): Keys {
  return {
    run: (run) => `${prefix}:run:${run}`,
    events: (run) => `${prefix}:run:${run}:events`,
    progress: (run) => `${prefix}:run:${run}:events:progress`,
    journal: (run) => `${prefix}:run:${run}:journal`,
    inbox: (process) => `${prefix}:inbox:${process}`,
    runsOf: (caller) => `${prefix}:runs:${caller}`,
    openRuns: `${prefix}:open`,
    needs: `${prefix}:needs`,
    quarantine: `${prefix}:quarantine`,
    callRecords: `${prefix}:calls`,
    dueWebhooks: `${prefix}:webhooks`,
    sweeper: `${prefix}:sweeper`,
    queueNames: `${prefix}:queues`,
    queues: `${prefix}:q`,
  };
}
