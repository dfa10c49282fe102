import type { Clock } from "@composite-llm/core";
import { type LimitsBoard, openJobPromoter, openLimitsBoard, type RedisTarget } from "@composite-llm/queue";

export interface LimitsOptions {
  /** Where the limits of all processes are kept. */
  redis: RedisTarget;
  /** Where the jobs are that wait for them, in order. */
  shards: readonly RedisTarget[];
  clock: Clock;
}

/** Connects in the background to the limits that all processes share; a job whose provider is resumed is brought back to its queue. */
export function openLimits({ redis, shards, clock }: LimitsOptions): LimitsBoard {
  const promoter = openJobPromoter(shards);
  const board = openLimitsBoard({ redis, clock, promote: promoter.promote });
  return {
    ...board,
    close: async () => {
      await board.close();
      await promoter.close();
    },
  };
}
