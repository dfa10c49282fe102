import { type ApiKey, type Configuration, toLimitSettings } from "@composite-llm/configuration";
import type { Clock, Random } from "@composite-llm/core";
import { type LimitsDesk, openJobPromoter, openLimitsDesk, type ProviderLimitSettings, type RedisTarget } from "@composite-llm/queue";

export interface LimitsOptions {
  /** Where the limits of all processes are kept. */
  redis: RedisTarget;
  /** Where the jobs are that wait for them, in order. */
  shards: readonly RedisTarget[];
  clock: Clock;
  random: Random;
}

/** Connects to the limits that all processes share; what they grant to a job that waits is brought back to its queue. */
export async function openLimits({ redis, shards, clock, random }: LimitsOptions): Promise<LimitsDesk> {
  const promoter = openJobPromoter(shards);
  const desk = await openLimitsDesk({ redis, clock, random, promote: promoter.promote });
  return {
    ...desk,
    close: async () => {
      await desk.close();
      await promoter.close();
    },
  };
}

/** What a configuration says of its providers' limits. */
export function limitsOf({ providers }: Pick<Configuration, "providers">): ReadonlyMap<string, ProviderLimitSettings> {
  return new Map(Array.from(providers, ([name, provider]) => [name, toLimitSettings(provider)]));
}

/** A caller's share of a busy provider next to others. Those without a key share one place. */
export function weightIn(apiKeys: readonly ApiKey[], caller: string): number {
  return apiKeys.find(({ name }) => name === caller)?.weight ?? 1;
}
