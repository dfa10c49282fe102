import { Redis } from "ioredis";
import { startStack } from "@composite-llm/scripts/stack";
import { createFanOutClients } from "./fan-out-clients.ts";
import { type LoadResult, median, percentile, runLoad } from "./load.ts";
import { cpuMs, residentMb } from "./process-figures.ts";
import { timeScripts } from "./script-times.ts";

const CONNECTIONS = 100;
const PAIRS = Number(process.env["BENCH_PAIRS"] ?? 5);
const SLICE_MS = Number(process.env["BENCH_SLICE_MS"] ?? 4000);
const MODEL = "mock-latency-0";

/** Runs whose scripts are timed, one after the other. */
const TIMED_RUNS = 200;

const ms = (value: number): string => value.toFixed(2);

/** Redis commands by name since the last reset, those inside scripts among them. */
async function commandCalls(redis: Redis): Promise<Map<string, number>> {
  const text = await redis.info("commandstats");
  const calls = new Map<string, number>();
  for (const [, name, count] of text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) calls.set(name ?? "", Number(count));
  return calls;
}

/** CPU that Redis has used so far, in ms. */
async function redisCpuMs(redis: Redis): Promise<number> {
  const text = await redis.info("cpu");
  const seconds = ["used_cpu_user", "used_cpu_sys"].map((name) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(text)?.[1]));
  return seconds.reduce((sum, value) => sum + value, 0) * 1000;
}

const stack = await startStack({ env: { LOG_LEVEL: "warn" } });
const redis = new Redis(stack.redisUrl);
const clients = createFanOutClients(stack.gatewayUrl, stack.mockUrl ?? "", MODEL);
try {
  console.log(`MoA of 3 + 1 on a provider without latency, ${CONNECTIONS} connections, ${PAIRS} interleaved pairs of ${SLICE_MS} ms`);
  await runLoad(CONNECTIONS, 3000, clients.composite);
  await runLoad(CONNECTIONS, 1500, clients.bare);

  const bare: LoadResult[] = [];
  const composite: LoadResult[] = [];
  const cpu = new Map<string, number>();
  await redis.config("RESETSTAT");
  let runs = 0;
  for (let pair = 0; pair < PAIRS; pair += 1) {
    bare.push(await runLoad(CONNECTIONS, SLICE_MS, clients.bare));
    const redisBefore = await redisCpuMs(redis);
    const before = new Map(await Promise.all(stack.processes.map(async ({ name, pid }) => [name, await cpuMs(pid)] as const)));
    const result = await runLoad(CONNECTIONS, SLICE_MS, clients.composite);
    composite.push(result);
    runs += result.completed;
    for (const { name, pid } of stack.processes) cpu.set(name, (cpu.get(name) ?? 0) + (await cpuMs(pid)) - (before.get(name) ?? 0));
    cpu.set("Redis", (cpu.get("Redis") ?? 0) + (await redisCpuMs(redis)) - redisBefore);
  }
  const commands = await commandCalls(redis);
  const failed = [...bare, ...composite].reduce((sum, result) => sum + result.failed, 0);
  const ratios = composite.map((result, index) => result.perSecond / (bare[index]?.perSecond ?? Number.NaN));

  const one = { bare: await runLoad(1, SLICE_MS, clients.bare), composite: await runLoad(1, SLICE_MS, clients.composite) };
  const scripts = await timeScripts(redis, async () => {
    for (let run = 0; run < TIMED_RUNS; run += 1) await clients.composite();
  });
  const direct: number[] = [];
  const through: number[] = [];
  for (let index = 0; index < 200; index += 1) {
    direct.push(await clients.firstToken("provider"));
    through.push(await clients.firstToken("gateway"));
  }

  console.log(`\n| | bare | composite | ratio |\n|---|---|---|---|`);
  const rates = [bare, composite].map((results) => median(results.map(({ perSecond }) => perSecond)));
  console.log(
    `| runs/s at ${CONNECTIONS} connections, median | ${rates[0]?.toFixed(0)} | ${rates[1]?.toFixed(0)} | ${(median(ratios) * 100).toFixed(1)} % (${(Math.min(...ratios) * 100).toFixed(1)}–${(Math.max(...ratios) * 100).toFixed(1)}) |`,
  );
  for (const percent of [50, 99]) {
    const [left, right] = [percentile(one.bare.latenciesMs, percent), percentile(one.composite.latenciesMs, percent)];
    console.log(`| p${percent} at 1 connection, ms | ${ms(left)} | ${ms(right)} | ${(right / left).toFixed(1)} × |`);
  }
  console.log(
    `| time to first token p50, ms | ${ms(median(direct))} | ${ms(median(through))} | + ${ms(median(through) - median(direct))} ms |`,
  );
  console.log(`\nfailed requests: ${failed}; composite runs measured: ${runs}`);
  console.log(`\n| process | CPU ms per run | RSS MB after |\n|---|---|---|`);
  for (const { name, pid } of stack.processes) {
    console.log(`| ${name} | ${ms((cpu.get(name) ?? 0) / runs)} | ${(await residentMb(pid)).toFixed(0)} |`);
  }
  console.log(`| Redis | ${ms((cpu.get("Redis") ?? 0) / runs)} | |`);
  console.log(
    `\nScripts at 1 connection, which is where durability is paid:\n\n| script | calls per run | µs a call | µs per run |\n|---|---|---|---|`,
  );
  for (const { name, calls, micros } of scripts)
    console.log(`| ${name} | ${(calls / TIMED_RUNS).toFixed(1)} | ${(micros / calls).toFixed(0)} | ${(micros / TIMED_RUNS).toFixed(0)} |`);
  const perRun = [...commands].map(([name, count]) => [name, count / runs] as const).toSorted((left, right) => right[1] - left[1]);
  const total = perRun.reduce((sum, [, count]) => sum + count, 0);
  console.log(`\nRedis commands per run (those inside scripts among them): ${total.toFixed(0)}`);
  console.log(
    perRun
      .slice(0, 14)
      .map(([name, count]) => `${name} ${count.toFixed(1)}`)
      .join(", "),
  );
} finally {
  await clients.close();
  redis.disconnect();
  await stack.stop();
}
