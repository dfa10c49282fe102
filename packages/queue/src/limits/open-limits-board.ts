import { randomUUID } from "node:crypto";
import type { Clock } from "@composite-llm/core";
import { connectRedis, type RedisTarget } from "../redis/connect-redis.ts";
import { createRedisClock } from "../redis/redis-clock.ts";
import { expectWait } from "./expect-wait.ts";
import { createLimitScripts } from "./limit-scripts.ts";
import type { LimitsBoard, ProviderPart, ProviderState } from "./limits-board.ts";
import type { PromoteJob } from "./limits-desk.ts";
import { openLooks } from "./looks.ts";
import { readBoard } from "./read-board.ts";

export interface LimitsBoardOptions {
  /** The Redis of the limits. */
  redis: RedisTarget;
  clock: Clock;
  /** Brings a job back that waited for a grant, for instance until a provider was resumed. */
  promote: PromoteJob;
}

const REFRESH_MS = 500;
/** A picture older than this tells nothing. */
const OLD_MS = 5000;

/** Clients choose names of models: the picture shows so many of those that were asked for last. */
const MOST_MODELS = 200;

const OPERATIONS = { resume: 0, pause: 1, drain: 2 } as const;

/** Opens the board in the background; while Redis is out, what is asked of it rejects, and nobody can tell how long calls wait. */
export function openLimitsBoard({ redis, clock, promote }: LimitsBoardOptions): LimitsBoard {
  const commands = connectRedis(redis, "producer");
  const scripts = createLimitScripts(commands, redis.prefix);
  const redisClock = createRedisClock(clock);
  const monotonicMs = (): number => clock.monotonicMs();
  const looks = openLooks({ scripts, process: randomUUID(), monotonicMs, promote, onError: redis.onError });
  let picture: { states: ReadonlyMap<string, ProviderState>; atMs: number } | null = null;
  /** By provider, from which picture on each had requests under way. */
  let busySinceMs = new Map<string, number>();
  /** What follows from the picture, by provider, model and class: many ask the same of one. */
  const waits = new Map<string, number | null>();
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let triedAtMs = Number.NEGATIVE_INFINITY;

  /** What was asked for lately, the newest last. */
  const asked = new Map<string, [provider: string, model: string]>();
  const note = (provider: string, model: string): void => {
    const name = `${provider}/${model}`;
    asked.delete(name);
    asked.set(name, [provider, model]);
    const [oldest] = asked.size > MOST_MODELS ? asked.keys() : [];
    if (oldest !== undefined) asked.delete(oldest);
  };

  const read = async (): Promise<void> => {
    const reply = await scripts.expect(...Array.from(asked.values()).flat());
    redisClock.observe(Number(reply[0]));
    const states = readBoard(reply);
    const atMs = monotonicMs();
    const isGap = picture === null || atMs - picture.atMs > OLD_MS;
    const busy = states.filter(({ scopes }) => (scopes[0]?.leases ?? 0) > 0);
    busySinceMs = new Map(busy.map(({ provider }) => [provider, isGap ? atMs : (busySinceMs.get(provider) ?? atMs)]));
    waits.clear();
    picture = { states: new Map(states.map((state) => [state.provider, state])), atMs };
  };

  let looking: Promise<unknown> = Promise.resolve();
  const refresh = (): void => {
    triedAtMs = monotonicMs();
    looking = read().catch(redis.onError);
  };
  /** Whether there is a picture that tells anything. Who asks has it kept up to date for a while. */
  const ask = (): boolean => {
    askedAtMs = monotonicMs();
    const ageMs = askedAtMs - (picture?.atMs ?? Number.NEGATIVE_INFINITY);
    if (ageMs > REFRESH_MS && askedAtMs - triedAtMs > REFRESH_MS) refresh();
    return ageMs <= OLD_MS;
  };

  const operate = async (operation: number, provider: string, { key = "", model = "" }: ProviderPart): Promise<boolean> => {
    const [outcome, , lookMs, jobs] = await scripts.operate(provider, operation, key, model);
    looks.follow(provider, lookMs, jobs);
    return outcome === "ok";
  };

  // Somebody who asked a moment ago is likely to ask again.
  const timer = setInterval(() => {
    if (monotonicMs() - askedAtMs < OLD_MS) refresh();
  }, REFRESH_MS);

  return {
    providers: async () => {
      const reply = await scripts.board();
      redisClock.observe(Number(reply[0]));
      return readBoard(reply);
    },
    look: async () => {
      if (!ask()) await looking;
    },
    expectedWaitMs: (provider, model, callClass) => {
      note(provider, model);
      const state = ask() ? picture?.states.get(provider) : undefined;
      if (state === undefined) return null;
      const question = `${callClass} ${provider}/${model}`;
      const known = waits.get(question);
      if (known !== undefined) return known;
      const busyMs = askedAtMs - (busySinceMs.get(provider) ?? askedAtMs);
      const waitMs = expectWait(state, model, callClass, redisClock.now(), busyMs);
      waits.set(question, waitMs);
      return waitMs;
    },
    pause: (provider, part) => operate(OPERATIONS.pause, provider, part),
    drain: (provider, part) => operate(OPERATIONS.drain, provider, part),
    resume: (provider, part) => operate(OPERATIONS.resume, provider, part),
    close: () => {
      clearInterval(timer);
      looks.close();
      commands.disconnect();
      return Promise.resolve();
    },
  };
}
