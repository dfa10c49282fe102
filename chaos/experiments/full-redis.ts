import type { Arena } from "../arena/arena.ts";
import { followEvents } from "../load/follow-events.ts";
import { pause } from "../until.ts";
import type { Experiment } from "./experiment.ts";

/** Room for some runs beside what an installation needs by itself. */
const ROOM_MB = 8;
const AT_ONCE = 10;
const WAVES = 12;

/** As long as a short letter; each run needs several copies of it. */
const MESSAGES = [{ role: "user", content: "a word ".repeat(4_000) }];
const PANEL = {
  model: "composite/moa/openai/gpt-4o",
  proposers: ["openai/gpt-4o-mini-mock-latency-3000", "anthropic/claude-haiku-4-5-mock-latency-3000"],
  messages: MESSAGES,
};

async function usedBytes({ redis }: Arena): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))?.[1]);
}

export const fullRedis: Experiment = {
  number: 11,
  name: "Redis at maxmemory",
  load: `${WAVES} waves of ${AT_ONCE} runs with prompts of 28 KB, each followed by its events`,
  injected: `maxmemory ${ROOM_MB} MB above what the idle system uses`,
  rounds: 1,
  round: async (arena) => {
    await arena.redis.config("SET", "maxmemory", Math.round((await usedBytes(arena)) + ROOM_MB * 1e6));
    // The gateway looks once a second.
    await pause(1_500);
    const waves = Array.from({ length: WAVES }, async (_, wave) => {
      await pause(wave * 200);
      const ask = { gatewayUrl: arena.stack.gatewayUrl, fields: PANEL, idempotencyKey: null };
      const clients = Array.from({ length: AT_ONCE }, () => followEvents({ ...ask, maxTries: 40, isRefusalFinal: true }));
      arena.clients.push(...(await Promise.all(clients)));
    });
    await Promise.all(waves);
    await arena.redis.config("SET", "maxmemory", 0);
  },
  expectations: [
    {
      demands: "what does not fit is refused with 503 queue_full, and every run that was accepted succeeds",
      check: ({ clients, runs }) => {
        const refused = clients.filter((client) => client.runs.length === 0);
        const wrong = refused.filter(({ tries }) => tries.at(-1)?.status !== 503 || tries.at(-1)?.error !== "queue_full");
        const accepted = new Set(clients.flatMap((client) => client.runs));
        const failed = runs.filter(({ run, state }) => accepted.has(run) && state !== "succeeded");
        const violations = [
          ...wrong.map(({ tries }) => `a refusal was ${tries.at(-1)?.status} ${tries.at(-1)?.error}`),
          ...failed.map(({ run, state }) => `run ${run} was accepted and is ${state}`),
          ...(refused.length === 0 ? ["nothing was refused"] : []),
          ...(accepted.size === 0 ? ["nothing was accepted"] : []),
        ];
        return { figures: `${accepted.size} accepted, ${refused.length} refused`, violations };
      },
    },
  ],
};
