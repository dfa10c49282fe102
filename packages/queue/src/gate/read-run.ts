import { parseRunPlan, type RunEvent, type RunState } from "@composite-llm/contracts";
import { isRunId, type RunId } from "@composite-llm/core";
import type { Redis } from "ioredis";
import { parseDeaths } from "../quarantine/parse-deaths.ts";
import type { Keys } from "../run/run-keys.ts";
import { GOES_ON, type RunPage, type RunPageRequest, type StoredRun } from "./run-gate.ts";

const STATES: readonly RunState[] = ["queued", "running", "succeeded", "failed", "cancelled"];

function whenOf(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

async function readOutcome(commands: Redis, keys: Keys, run: RunId, number: string | undefined): Promise<StoredRun["outcome"]> {
  if (number === undefined) return null;
  const [entry] = await commands.xrange(keys.events(run), `${number}-0`, `${number}-0`);
  if (entry === undefined) return null;
  const [, kind, , data] = entry[1];
  const event: RunEvent = { number: Number(number), kind: kind === "finished" ? "finished" : "error", data: JSON.parse(data ?? "{}") };
  return event.kind === "finished" || event.kind === "error" ? event : null;
}

/** Reads what is stored of a run; null when it is unknown or has expired. */
export async function readRun(commands: Redis, keys: Keys, run: RunId): Promise<StoredRun | null> {
  const [fields, ttlMs] = await Promise.all([commands.hgetall(keys.run(run)), commands.pttl(keys.run(run))]);
  const state = STATES.find((known) => known === fields["state"]);
  if (state === undefined || fields["plan"] === undefined) return null;
  const retryOf = fields["retry_of"];
  return {
    run,
    state,
    caller: fields["caller"] ?? "",
    plan: parseRunPlan(JSON.parse(fields["plan"])),
    isBackground: Number(fields["grace"]) === GOES_ON,
    createdAtMs: Number(fields["created"]),
    startedAtMs: whenOf(fields["started"]),
    endedAtMs: whenOf(fields["ended"]),
    deadlineAtMs: Number(fields["deadline"]),
    parkedUntilMs: whenOf(fields["parked"]),
    expiresAtMs: Number(fields["ended"] ?? fields["deadline"]) + Number(fields["ttl"]),
    retryOf: retryOf !== undefined && isRunId(retryOf) ? retryOf : null,
    quarantined: parseDeaths(fields["deaths"], true),
    lastEvent: Number(fields["number"] ?? 0),
    lastAnswerEvent: Number(fields["answered"] ?? 0),
    outcome: ttlMs === -2 ? null : await readOutcome(commands, keys, run, fields["outcome"]),
  };
}

/** How many runs are looked at in one round trip. */
const AT_ONCE = 100;
/** How many runs are looked at for one page at most. */
const LOOKED_AT = 1000;

/**
 * Runs of a caller, newest first; ids are ordered by time. Those that expired are dropped from the list on the way. Of runs in other states than
 * the one asked for, nothing but the state is read.
 */
export async function listRuns(commands: Redis, keys: Keys, caller: string, page: RunPageRequest): Promise<RunPage> {
  const runs: StoredRun[] = [];
  let before = page.before;
  for (let looked = 0; looked < LOOKED_AT; looked += AT_ONCE) {
    const ids = (await commands.zrevrangebylex(keys.runsOf(caller), before === null ? "+" : `(${before}`, "-", "LIMIT", 0, AT_ONCE)).filter(
      isRunId,
    );
    const states = await Promise.all(ids.map((id) => commands.hget(keys.run(id), "state")));
    for (const [index, id] of ids.entries()) {
      const state = states[index] ?? null;
      if (state === null) await commands.zrem(keys.runsOf(caller), id);
      else if (page.state === null || state === page.state) {
        if (runs.length === page.limit) return { runs, next: runs.at(-1)?.run ?? null };
        const run = await readRun(commands, keys, id);
        // It may have gone on since.
        if (run !== null && (page.state === null || run.state === page.state)) runs.push(run);
      }
    }
    if (ids.length < AT_ONCE) return { runs, next: null };
    before = ids.at(-1) ?? null;
  }
  return { runs, next: before };
}
