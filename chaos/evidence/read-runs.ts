import type { RunEventKind } from "@composite-llm/contracts";
import type { Redis } from "ioredis";
import type { RecordLine, RunEvidence } from "./evidence.ts";

/** The time in an id that Redis gave a line of a stream. */
function timeOf(id: string): number {
  return Number(id.split("-")[0]);
}

/** The whole stream of call records. */
export async function readRecords(redis: Redis, prefix: string): Promise<RecordLine[]> {
  const lines = await redis.xrange(`${prefix}:calls`, "-", "+");
  return lines.map(([id, [, line = "{}"]]) => ({ ...(JSON.parse(line) as RecordLine), atMs: timeOf(id) }));
}

/** What is kept of a run: its state, and the stream of its events. */
export async function readRun(redis: Redis, prefix: string, run: string): Promise<RunEvidence> {
  const key = `${prefix}:run:${run}`;
  const [meta, lines] = await Promise.all([redis.hmget(key, "state", "owner"), redis.xrange(`${key}:events`, "-", "+")]);
  const [state = null, owner] = meta;
  const events = lines.map(([id, [, kind = "", , data = "{}"]]) => ({
    number: timeOf(id),
    kind: kind as RunEventKind,
    data: JSON.parse(data) as Record<string, unknown>,
  }));
  return { run, state, owner: Number(owner ?? 0), events };
}
