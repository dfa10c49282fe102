import type { Arena } from "../arena/arena.ts";
import { readLedger } from "../evidence/read-ledger.ts";
import { ownerOf } from "../inject/find-process.ts";
import { freezeProcess, killProcess } from "../inject/kill-process.ts";
import type { Rewriting } from "../inject/rewriting.ts";
import type { Invariant } from "../invariants/verdict.ts";
import { newRuns } from "../experiments/look-at-runs.ts";
import { until } from "../until.ts";

/** A fault in a real system that an invariant must see. */
export interface PlantedFault {
  what: string;
  seenBy: Invariant["name"];
  /** In the scripts, on their way to Redis; none where the fault is in what is done. */
  rewritings: readonly Rewriting[];
  /** What is done while a run is under way. */
  meanwhile(arena: Arena): Promise<void>;
  /** How long the system may take to come to rest, where it never does and what is left would pass by itself. */
  patienceMs?: number;
}

const nothing = async (): Promise<void> => undefined;

async function ownerOfOpenRun(arena: Arena): Promise<string> {
  return until("a run in hand", async () => {
    const [run] = await newRuns(arena, new Set());
    const isSpeaking = (await readLedger(arena.stack, run ?? "none")).some(({ step }) => step === "final");
    return run !== undefined && isSpeaking ? ownerOf(arena, run) : null;
  });
}

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  {
    what: "a run that never says that it ended",
    seenBy: "I1",
    rewritings: [{ from: "emit('run', '{\"status\":\"' .. target .. '\"}')", to: "" }],
    meanwhile: nothing,
  },
  {
    what: "a commit without its journal entry: the next owner calls again what is paid",
    seenBy: "I2",
    rewritings: [
      { from: "redis.call('HSET', journal, winner, dispatch)", to: "" },
      {
        from: "write_cell(field, status, fence, try, cell.inbox)\nredis.call('HSET', journal, 'r:'",
        to: "redis.call('HSET', journal, 'r:'",
      },
    ],
    meanwhile: async (arena) => killProcess(arena, await ownerOfOpenRun(arena)),
  },
  {
    what: "a swallowed chunk",
    seenBy: "I3",
    rewritings: [
      {
        from: "-- Adds a batch to a stream unless it is there already: its caller may have missed the answer. `rest` is its data but for what stands here.\nlocal function append_batch(step, stream, index, kind, rest)\n  if index ~= stream.batches then return end",
        to: "local function append_batch(step, stream, index, kind, rest)\n  if index == 1 then stream.batches = 2 end if index ~= stream.batches then return end",
      },
    ],
    meanwhile: nothing,
  },
  {
    what: "a request over the limit: nobody counts the leases of a provider that allows few requests at once",
    seenBy: "I4",
    rewritings: [
      {
        from: "count_leases(scope.id) >= math.max(1,",
        to: "0 >= math.max(1,",
      },
    ],
    meanwhile: nothing,
  },
  {
    what: "a lock that is never given back",
    seenBy: "I5",
    rewritings: [{ from: '  rcall("DEL", lockKey)', to: 'rcall("SET",lockKey,1)' }],
    meanwhile: nothing,
    patienceMs: 2_000,
  },
  {
    what: "a lease of a provider that is never given back",
    seenBy: "I5",
    rewritings: [
      {
        from: "if redis.call('ZREM', lease_key(provider), member) == 0 then return false end",
        to: "if not member:find'tps'then redis.call('ZREM',lease_key(provider),member)end",
      },
    ],
    meanwhile: nothing,
    patienceMs: 2_000,
  },
  {
    what: "a run whose keys never expire",
    seenBy: "I6",
    rewritings: [{ from: "redis.call('PEXPIRE', key, meta[2])", to: "redis.call('PERSIST', key)" }],
    meanwhile: nothing,
  },
  {
    what: "a run that nobody takes up for ten seconds after its orchestrator was killed",
    seenBy: "I7",
    rewritings: [],
    meanwhile: async (arena) => {
      const victim = await ownerOfOpenRun(arena);
      const other = victim === "orchestrator-1" ? "orchestrator-2" : "orchestrator-1";
      const restarted = killProcess(arena, victim).then(() => freezeProcess(arena, victim, 9_000));
      await Promise.all([restarted, freezeProcess(arena, other, 10_000)]);
    },
  },
  {
    what: "a request that is not recorded",
    seenBy: "I8",
    rewritings: [{ from: "  record(ARGV[8])\n", to: "" }],
    meanwhile: nothing,
  },
];
