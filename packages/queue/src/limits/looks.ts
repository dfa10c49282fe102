import type { LimitScripts } from "./limit-scripts.ts";
import type { PromoteJob, WaitingJob } from "./limits-desk.ts";

/** How often every process offers to look after providers for which somebody waits. */
const OFFER_MS = 1000;

/** A job as tickets keep it. */
export function jobText({ shard, queue, id }: WaitingJob): string {
  return JSON.stringify({ shard, queue, id });
}

/** What this process does for those who wait: it looks after providers at the times that scripts name, and brings granted jobs back. */
export interface Looks {
  /** Takes up what every script gives: ms until this process should look after a provider (-1: it need not), and granted jobs. */
  follow(provider: string, lookMs: unknown, jobs: unknown): void;
  /** Takes a call out of the queue that stands there with this job (null: with whatever it has). */
  leave(provider: string, ticket: string, job: WaitingJob | null): Promise<void>;
  close(): void;
}

export interface LooksOptions {
  scripts: LimitScripts;
  process: string;
  monotonicMs(): number;
  promote: PromoteJob;
  onError(error: Error): void;
}

export function openLooks(options: LooksOptions): Looks {
  const planned = new Map<string, { atMs: number; timer: NodeJS.Timeout }>();

  const leave = async (provider: string, ticket: string, job: WaitingJob | null): Promise<void> => {
    const [, lookMs, jobs] = await options.scripts.leave(provider, ticket, job === null ? "*" : jobText(job));
    follow(provider, lookMs, jobs);
  };

  const promote = async (text: string): Promise<void> => {
    const { provider, ticket, job } = JSON.parse(text) as { provider: string; ticket: string; job: string };
    const waiting = JSON.parse(job) as WaitingJob;
    if (!(await options.promote(waiting))) await leave(provider, ticket, waiting);
  };

  const follow = (provider: string, lookMs: unknown, jobs: unknown): void => {
    promoteAll(jobs);
    plan(provider, Number(lookMs));
  };

  const promoteAll = (jobs: unknown): void => {
    for (const text of Array.isArray(jobs) ? jobs : []) promote(String(text)).catch(options.onError);
  };

  const look = async (...providers: string[]): Promise<void> => {
    const [, jobs, looks] = await options.scripts.grant(options.process, ...providers);
    promoteAll(jobs);
    const names = looks as (string | number)[];
    for (let index = 0; index < names.length; index += 2) plan(String(names[index]), Number(names[index + 1]));
  };

  const plan = (provider: string, lookMs: number): void => {
    if (lookMs < 0) return;
    const atMs = options.monotonicMs() + lookMs;
    const before = planned.get(provider);
    if (before !== undefined && before.atMs <= atMs) return;
    clearTimeout(before?.timer);
    // What is farther away is planned anew by whoever offers to look until then.
    const timer = setTimeout(
      () => {
        planned.delete(provider);
        look(provider).catch(options.onError);
      },
      Math.min(lookMs, 60_000),
    );
    planned.set(provider, { atMs, timer });
  };

  const timer = setInterval(() => void look().catch(options.onError), OFFER_MS);
  return {
    follow,
    leave,
    close: () => {
      clearInterval(timer);
      for (const { timer: one } of planned.values()) clearTimeout(one);
      planned.clear();
    },
  };
}
