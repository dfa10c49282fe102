import type { Arena } from "../arena/arena.ts";
import type { Evidence } from "./evidence.ts";
import { keysOf, locksOf, ttlsOf, windForward } from "./key-space.ts";
import { readLimitsHolds } from "./limits-holds.ts";
import { readOpenJobs } from "./read-jobs.ts";
import { readLedger } from "./read-ledger.ts";
import { readRecords, readRun } from "./read-runs.ts";

/** What the load's requests take at most, and what is kept of a run after its end. */
const LONGEST_RUN_MS = 280_000;
const RESULTS_TTL_MS = 600_000;

/** Gathers all that is known of an experiment, and winds the key space's time forward as its last act. */
export async function gatherEvidence(arena: Arena): Promise<Evidence> {
  const { redis, stack, clients } = arena;
  const prefix = stack.redisPrefix;
  const [ledger, records] = await Promise.all([readLedger(stack), readRecords(redis, prefix)]);
  const keys = await keysOf(redis, prefix);
  const kept = keys.flatMap((key) => /:run:([0-9a-f-]+)$/.exec(key)?.[1] ?? []);
  const named = [...ledger.map(({ run }) => run ?? ""), ...records.map(({ run }) => run), ...clients.flatMap(({ runs }) => runs), ...kept];
  const ids = [...new Set(named)].filter((run) => run !== "");
  return {
    ledger,
    records,
    runs: await Promise.all(ids.map((run) => readRun(redis, prefix, run))),
    clients,
    disturbances: arena.disturbances,
    recoveries: arena.recoveries,
    measured: arena.measured,
    openRuns: await redis.zrange(`${prefix}:open`, "0", "-1"),
    openJobs: await readOpenJobs(redis, prefix),
    locks: await locksOf(redis, prefix),
    limitsHolds: await readLimitsHolds(redis, prefix),
    keysBefore: arena.keysBefore,
    keysLeft: await ttlsOf(redis, keys),
    limits: arena.limits,
    longestTtlMs: LONGEST_RUN_MS + RESULTS_TTL_MS,
    keysAfter: await windForward(redis, prefix),
  };
}
