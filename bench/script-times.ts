import { createHash } from "node:crypto";
import { loadScripts } from "@composite-llm/queue/scripts";
import type { Redis } from "ioredis";

/** What Redis did for one script of the run protocol; those of BullMQ are one row. */
export interface ScriptTime {
  name: string;
  calls: number;
  /** Time inside Redis, all calls together. */
  micros: number;
}

/** More entries than a measurement has. */
const ENTRIES = 100_000;

/** A row for a script's SHA-1, as EVALSHA names it. */
function namesBySha(): Map<string, string> {
  const shas = Object.entries(loadScripts()).map(([name, text]) => [createHash("sha1").update(text).digest("hex"), name] as const);
  return new Map(shas);
}

/** Measures by Redis's own log of slow commands, told to take every command for slow while `work` runs; that log's settings are put back. */
export async function timeScripts(redis: Redis, work: () => Promise<void>): Promise<ScriptTime[]> {
  const settings = ["slowlog-log-slower-than", "slowlog-max-len"] as const;
  const before = await Promise.all(settings.map(async (name) => [name, (await redis.config("GET", name))[1] ?? ""] as const));
  await redis.config("SET", "slowlog-max-len", ENTRIES);
  await redis.slowlog("RESET");
  await redis.config("SET", "slowlog-log-slower-than", 0);
  await work();
  await redis.config("SET", "slowlog-log-slower-than", -1);
  const entries = (await redis.slowlog("GET", ENTRIES)) as [id: number, atSeconds: number, micros: number, args: string[]][];
  await redis.slowlog("RESET");
  for (const [name, value] of before) await redis.config("SET", name, value);

  const names = namesBySha();
  const times = new Map<string, ScriptTime>();
  for (const [, , micros, [command = "", sha = ""]] of entries) {
    if (!/^evalsha$/i.test(command)) continue;
    const name = names.get(sha) ?? "BullMQ's";
    const time = times.get(name) ?? { name, calls: 0, micros: 0 };
    times.set(name, { name, calls: time.calls + 1, micros: time.micros + micros });
  }
  return [...times.values()].toSorted((left, right) => right.micros - left.micros);
}
