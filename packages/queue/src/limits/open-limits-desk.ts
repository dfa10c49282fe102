import { randomUUID } from "node:crypto";
import type { Clock, Random } from "@composite-llm/core";
import { openInbox } from "../inbox/inbox.ts";
import { connectRedis, type RedisTarget, waitUntilReady } from "../redis/connect-redis.ts";
import { createRedisClock } from "../redis/redis-clock.ts";
import { createLease } from "./create-lease.ts";
import { holdLeases } from "./held-leases.ts";
import { keyOrder } from "./key-order.ts";
import { createLearnedCache } from "./learned-cache.ts";
import { createLimitScripts, limitsKey } from "./limit-scripts.ts";
import { type Admission, type Ask, type LimitsDesk, LimitsUnavailable, type PromoteJob, type TokenEstimate } from "./limits-desk.ts";
import { jobText, openLooks } from "./looks.ts";
import type { ProviderLimitSettings } from "./scope-limits.ts";
import { toSettingsJson } from "./to-settings-json.ts";
import { createWakes } from "./wakes.ts";

export interface LimitsDeskOptions {
  /** The Redis of the limits, which all processes share. */
  redis: RedisTarget;
  clock: Clock;
  random: Random;
  /** Brings a job back that waited for a grant. */
  promote: PromoteJob;
}

/** What is expected to wait longer than this is left to its job at once. */
const IN_PLACE_MS = 2000;
/** Somebody who has no job asks again so often, in case that a message was lost. */
const ASK_AGAIN_MS = 5000;
const START_MS = 10_000;
/** Some are never asked for again. */
const MOST_UNANSWERED = 10_000;

function toWhole({ inputTokens, outputTokens }: TokenEstimate): TokenEstimate {
  const whole = (tokens: number): number => (Number.isFinite(tokens) ? Math.max(0, Math.round(tokens)) : 0);
  return { inputTokens: whole(inputTokens), outputTokens: whole(outputTokens) };
}

export async function openLimitsDesk({ redis, clock, random, promote }: LimitsDeskOptions): Promise<LimitsDesk> {
  const commands = connectRedis(redis, "producer");
  const scripts = createLimitScripts(commands, redis.prefix);
  const redisClock = createRedisClock(clock);
  const process = randomUUID();
  const { onError } = redis;
  const monotonicMs = (): number => clock.monotonicMs();
  const settings = new Map<string, ProviderLimitSettings>();
  const wakes = createWakes();
  await waitUntilReady(commands, START_MS);
  const inbox = await openInbox({
    key: `${limitsKey(redis.prefix)}:inbox:${process}`,
    blocking: connectRedis(redis, "blocking"),
    commands,
    monotonicMs,
    onError,
    onMessage: ({ ticket }) => wakes.wake(String(ticket)),
  });
  const held = holdLeases({ scripts, monotonicMs, onError });
  const looks = openLooks({ scripts, process, monotonicMs, promote, onError });
  const learned = createLearnedCache({ scripts, monotonicMs });
  let asks = 0;
  /** By ticket the name under which it asked without an answer: what it may have been granted is found under it. */
  const unanswered = new Map<string, string>();

  const configureOne = (provider: string): Promise<unknown> => {
    const found = settings.get(provider);
    if (found === undefined) throw new LimitsUnavailable(`the limits of ${provider} were never configured`);
    return scripts.configure(provider, toSettingsJson(found));
  };

  const askOnce = async (ask: Ask, inPlace: boolean): Promise<unknown[]> => {
    const lost = unanswered.get(ask.ticket);
    unanswered.delete(ask.ticket);
    if (lost === undefined) asks += 1;
    const name = lost ?? `${process}.${asks}`;
    const keys = keyOrder(settings.get(ask.provider)?.keys ?? [], random).join("\n");
    const job = ask.job === null ? "" : jobText(ask.job);
    const place = inPlace ? inbox.key : "";
    const { inputTokens: input, outputTokens: output } = ask.estimate;
    const { provider, ticket, model, caller, weight, untilMs } = ask;
    const again = lost === undefined ? "" : "again";
    try {
      // prettier-ignore
      return await scripts.admit(provider, ticket, model, keys, input, output, caller, weight, ask.class, untilMs, place, job, name, IN_PLACE_MS, again);
    } catch (error) {
      unanswered.set(ticket, name);
      const [oldest] = unanswered.keys();
      if (unanswered.size > MOST_UNANSWERED && oldest !== undefined) unanswered.delete(oldest);
      throw error;
    }
  };

  /** Asks; where Redis has lost what was configured, it is told again. */
  const askFor = async (ask: Ask, inPlace: boolean): Promise<unknown[]> => {
    try {
      const reply = await askOnce(ask, inPlace);
      if (reply[0] !== "unconfigured") return reply;
      await configureOne(ask.provider);
      return await askOnce(ask, inPlace);
    } catch (error) {
      if (error instanceof LimitsUnavailable) throw error;
      throw new LimitsUnavailable(`the limits of ${ask.provider} cannot be asked: ${(error as Error).message}`, { cause: error });
    }
  };

  const toAdmission = (ask: Ask, sentAtMs: number, reply: unknown[]): Admission | "waiting" => {
    const [outcome, now, lookMs, jobs, ...rest] = reply;
    redisClock.observe(Number(now));
    looks.follow(ask.provider, lookMs, jobs);
    if (outcome === "granted") {
      const [key, id, grantedAtMs, waitedMs] = rest.map(String);
      const inputRatio = learned.lastRatio(ask.provider, ask.model);
      const lease = createLease({
        ask,
        key: key ?? "",
        id: id ?? "",
        grantedAtMs: Number(grantedAtMs),
        givenAtMs: Number(now),
        waitedMs: Number(waitedMs),
        askedAtMs: sentAtMs,
        inputRatio,
        scripts,
        held,
        looks,
        clock: redisClock,
        monotonicMs,
        onError,
      });
      return { kind: "granted", lease };
    }
    const [first, second, place, least] = rest;
    if (outcome === "refused") return { kind: "refused", failure: first === "drained" ? "drained" : "too_large", message: String(second) };
    if (outcome !== "waiting") throw new LimitsUnavailable(`the limits of ${ask.provider} are not configured`);
    if (place === "place") return "waiting";
    const expectedMs = Number(first);
    return { kind: "deferred", expectedMs: expectedMs < 0 ? null : expectedMs, leastMs: Number(least), reason: String(second) };
  };

  /** What was granted to somebody who does not want it any more goes back. */
  const withdraw = async (ask: Ask, admission: Admission | "waiting" | null): Promise<void> => {
    if (admission === null || admission === "waiting" || admission.kind === "deferred")
      await looks.leave(ask.provider, ask.ticket, null).catch(onError);
    else if (admission.kind === "granted") await admission.lease.settle({ kind: "unsent" });
  };

  return {
    configure: async (providers) => {
      for (const [provider, found] of providers) settings.set(provider, found);
      await Promise.all(Array.from(providers.keys(), configureOne));
    },

    admit: async (asked, signal) => {
      signal.throwIfAborted();
      const ask = { ...asked, estimate: toWhole(asked.estimate) };
      const longestMs = IN_PLACE_MS * (0.75 + random() / 4);
      const untilMs = ask.job === null ? Number.POSITIVE_INFINITY : monotonicMs() + longestMs;
      const place = wakes.stand(ask.ticket, signal);
      let admission: Admission | "waiting" | null = null;
      try {
        for (;;) {
          const sentAtMs = monotonicMs();
          admission = toAdmission(ask, sentAtMs, await askFor(ask, sentAtMs < untilMs));
          if (signal.aborted) break;
          if (admission !== "waiting") return admission;
          await place.next(Math.min(untilMs - monotonicMs(), ASK_AGAIN_MS * (0.75 + random() / 2)));
          if (signal.aborted) break;
        }
      } finally {
        place.leave();
      }
      await withdraw(ask, admission);
      throw signal.reason;
    },

    leave: ({ provider, ticket, job }) => looks.leave(provider, ticket, job).catch(onError),
    learned: (provider, model, role) => learned.read(provider, model, role),
    isListening: () => inbox.isReading() && commands.status === "ready",
    close: async () => {
      looks.close();
      held.close();
      await inbox.close();
      commands.disconnect();
    },
  };
}
