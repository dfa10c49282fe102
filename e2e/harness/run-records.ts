import type { ChatCompletion } from "@composite-llm/contracts";
import type { Stack } from "@composite-llm/scripts/stack";
import { Redis } from "ioredis";

/** What Redis keeps of runs. */
export interface RunRecords {
  redis: Redis;
  /** `queued`, `running`, `succeeded`, `failed` or `cancelled`; null when there is no such run. */
  state(run: string): Promise<string | null>;
  /** How many orchestrators took it up, one after the other. */
  owners(run: string): Promise<number>;
  /** The committed result; null when it has none. */
  committed(run: string): Promise<ChatCompletion | null>;
  close(): void;
}

/** Reads the records of a stack's runs. */
export function openRunRecords({ redisUrl, redisPrefix }: Pick<Stack, "redisUrl" | "redisPrefix">): RunRecords {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  // A test may end this Redis; the connection comes back with it.
  redis.on("error", () => undefined);
  const key = (run: string): string => `${redisPrefix}:run:${run}`;
  return {
    redis,
    state: (run) => redis.hget(key(run), "state"),
    owners: async (run) => Number(await redis.hget(key(run), "owner")),
    committed: async (run) => {
      const [last] = await redis.xrevrange(`${key(run)}:events`, "+", "-", "COUNT", 1);
      const [, kind, , data = "{}"] = last?.[1] ?? [];
      return kind === "finished" ? (JSON.parse(data) as { completion: ChatCompletion }).completion : null;
    },
    close: () => redis.disconnect(),
  };
}
