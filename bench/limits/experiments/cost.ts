import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureRedis } from "@composite-llm/scripts/redis";
import { startStack } from "@composite-llm/scripts/stack";
import { Redis } from "ioredis";
import { createFanOutClients } from "../../fan-out-clients.ts";
import { runLoad } from "../../load.ts";
import { toConfig } from "../arms/ours.ts";
import { openClient, toRequest } from "../client.ts";
import { toInterval } from "../report/compare.ts";
import { type LimitsExperiment, percent } from "../report/report.ts";

/** Limits of every kind that bind nobody. */
const LIMITS = { requests_per_minute: 900_000_000, tokens_per_minute: 900_000_000, concurrent: 100_000 };
const MODEL = "mock-latency-0";
const CONNECTIONS = 100;
const CALL_CONNECTIONS = 20;
const PAIRS = 10;
const SECONDS = 4;

/** The provider, its key and its model have limits each: three scopes. A provider with a key of its own is told where it is. */
const THREE_SCOPES = `version: 1
providers:
  openai:
    preset: openai
    base_url: "\${MOCK_PROVIDER_URL}/openai/v1"
    keys: [{ name: main, key: cost-of-admission, limits: ${JSON.stringify(LIMITS)} }]
    limits: ${JSON.stringify({ ...LIMITS, models: { "*": LIMITS } })}
`;

/** Time that Redis spent on commands since its statistics were last reset, in µs. */
async function commandMicros(redis: Redis): Promise<number> {
  const text = await redis.info("commandstats");
  let micros = 0;
  // Commands inside a script are in the time of the script.
  for (const [, name, used] of text.matchAll(/^cmdstat_([^:]+):calls=\d+,usec=(\d+)/gm))
    if (/^(evalsha|eval)$/.test(name ?? "")) micros += Number(used);
  return micros;
}

async function measureRedis(seconds: number): Promise<{ micros: number; calls: number }> {
  const folder = await mkdtemp(join(tmpdir(), "composite-limits-"));
  const own = await ensureRedis({ env: { PATH: process.env["PATH"] }, stateDirectory: folder, say: () => undefined });
  const stack = await startStack({
    config: THREE_SCOPES,
    env: { LOG_LEVEL: "warn", LIMITS_REDIS_URL: own.url },
    services: { "model-caller": { count: 2 } },
  });
  const redis = new Redis(own.url);
  const client = openClient(stack.gatewayUrl);
  const ask = async (): Promise<void> => {
    const { status } = await client.send("POST", "/v1/chat/completions", toRequest(MODEL));
    if (status !== 200) throw new Error(`a call was answered ${status}`);
  };
  try {
    await runLoad(CALL_CONNECTIONS, 2000, ask);
    await redis.config("RESETSTAT");
    const { completed, failed } = await runLoad(CALL_CONNECTIONS, seconds * 1000, ask);
    if (failed > 0) throw new Error(`${failed} calls failed`);
    return { micros: await commandMicros(redis), calls: completed };
  } finally {
    await client.close();
    redis.disconnect();
    await stack.stop();
    await own.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs of `npm run bench`, in turn on a stack that has limits and on one that has none; gives the ratios of the pairs. */
async function measureLoss(pairs: number, seconds: number, say: (line: string) => void): Promise<number[]> {
  const start = (limits: object | null) => startStack({ config: toConfig(limits), env: { LOG_LEVEL: "warn" } });
  const [limited, free] = [await start(LIMITS), await start(null)];
  const [on, off] = [limited, free].map((stack) => createFanOutClients(stack.gatewayUrl, stack.mockUrl ?? "", MODEL));
  const ratios: number[] = [];
  try {
    if (on === undefined || off === undefined) return ratios;
    for (const clients of [on, off]) await runLoad(CONNECTIONS, 3000, clients.composite);
    for (let pair = 0; pair < pairs; pair += 1) {
      const measure = async (clients: typeof on): Promise<number> =>
        (await runLoad(CONNECTIONS, seconds * 1000, clients.composite)).perSecond;
      // Who goes first takes turns, so that a slow machine troubles both alike.
      const first = pair % 2 === 0;
      const one = await measure(first ? on : off);
      const other = await measure(first ? off : on);
      ratios.push(first ? one / other : other / one);
      say(`  pair ${pair + 1}: ${percent(ratios.at(-1) ?? 0)}`);
    }
    return ratios;
  } finally {
    await on?.close();
    await off?.close();
    await Promise.all([limited.stop(), free.stop()]);
  }
}

export const COST: LimitsExperiment = {
  name: "cost",
  run: async ({ seconds, rounds, say }) => {
    const { micros, calls } = await measureRedis((seconds ?? SECONDS) * 5);
    const each = micros / calls;
    say(`  ${each.toFixed(1)} µs of Redis a call (${calls} calls)`);
    const { median, low, high } = toInterval(await measureLoss(rounds ?? PAIRS, seconds ?? SECONDS, say));
    return {
      title: "Cost of admission",
      setting: `Limits of every kind on the provider, its key and its model, none of which binds. Redis time: of all scripts on a Redis that carries the limits alone, ${calls} calls on ${CALL_CONNECTIONS} connections, renewal of leases included. Loss: panels of 3 + 1 on ${CONNECTIONS} connections, in turn on two stacks of which one has limits on the provider and the other none, ${rounds ?? PAIRS} interleaved pairs of ${seconds ?? SECONDS} s.`,
      tables: [],
      goals: [
        { text: "≤ 60 µs of Redis time a call", figure: `${each.toFixed(1)} µs`, isMet: each <= 60 },
        {
          text: "panels lose ≤ 5 % (the 95 % interval of the pairs includes it)",
          figure: `${percent(1 - median)} (${percent(1 - high)} to ${percent(1 - low)})`,
          isMet: 1 - high <= 0.05,
        },
      ],
    };
  },
};
