import type { RunId } from "@composite-llm/core";
import type { Redis } from "ioredis";
import { cellKey } from "./action.ts";
import type { CellSight, EventSight, InboxMessage, InboxSight, RecordSight, RunSight, Sight } from "./sight.ts";

/** Reads everything at one moment, in one round trip. ARGV: prefix, last call record, count and (id, last event) of runs, (key, last message) of inboxes. */
const LOOK = `
local prefix, at = ARGV[1], 4
local time, runs, inboxes = redis.call('TIME'), {}, {}
local now = time[1] .. string.format('%03d', math.floor(time[2] / 1000))
for _ = 1, tonumber(ARGV[3]) do
  local run = prefix .. ':run:' .. ARGV[at]
  local ttls = {}
  for index, suffix in ipairs({ '', ':events', ':journal', ':listeners' }) do ttls[index] = redis.call('PTTL', run .. suffix) end
  local alone = {}
  for _, id in ipairs(redis.call('ZRANGE', prefix .. ':quarantine', 0, -1)) do
    if string.match(id, '^[^.]*') == ARGV[at] then alone[#alone + 1] = id end
  end
  ttls[5] = redis.call('PTTL', prefix .. ':runs:' .. (redis.call('HGET', run, 'caller') or ''))
  runs[#runs + 1] = {
    redis.call('HMGET', run, 'state', 'owner', 'jobs', 'number', 'outcome', 'orphaned', 'grace'), redis.call('HGETALL', run .. ':journal'),
    redis.call('XRANGE', run .. ':events', '(' .. ARGV[at + 1] .. '-0', '+'), redis.call('ZSCORE', prefix .. ':open', ARGV[at]),
    redis.call('HGET', prefix .. ':needs', ARGV[at]), redis.call('ZSCORE', prefix .. ':webhooks', ARGV[at]),
    redis.call('ZRANGEBYSCORE', run .. ':listeners', '(' .. now, '+inf'), alone, ttls }
  at = at + 2
end
while at < #ARGV do
  inboxes[#inboxes + 1] = { redis.call('EXISTS', ARGV[at]), redis.call('XRANGE', ARGV[at], '(' .. ARGV[at + 1], '+') }
  at = at + 2
end
return { redis.call('XRANGE', prefix .. ':calls', '(' .. ARGV[2], '+'), runs, inboxes }
`;

type Entry = [id: string, fields: string[]];
type RawRun = [
  fields: (string | null)[],
  journal: string[],
  events: Entry[],
  open: string | null,
  need: string | null,
  due: string | null,
  listeners: string[],
  alone: string[],
  ttls: [run: number, events: number, journal: number, listeners: number, list: number],
];
type RawInbox = [exists: number, messages: Entry[]];
type Raw = [records: Entry[], runs: RawRun[], inboxes: RawInbox[]];

export type Look = (runs: readonly RunId[], inboxes: readonly string[], before: Sight) => Promise<Sight>;

export function createLook(redis: Redis, prefix: string): Look {
  redis.defineCommand("model_look", { lua: LOOK, numberOfKeys: 0 });
  // defineCommand adds the method at run time, out of the type system's sight.
  const look = (redis as unknown as Record<string, (...args: (string | number)[]) => Promise<Raw>>)["model_look"];
  return async (runs, inboxes, before) => {
    const ofRuns = runs.flatMap((run) => [run, before.runs.get(run)?.events.length ?? 0]);
    const ofInboxes = inboxes.flatMap((inbox) => [inbox, before.lastMessages.get(inbox) ?? "0-0"]);
    const raw = await look?.call(redis, prefix, before.lastRecord, runs.length, ...ofRuns, ...ofInboxes);
    if (raw === undefined) throw new Error("the script is not defined");
    return toSight(raw, runs, inboxes, before);
  };
}

function textOf([, fields]: Entry): string {
  return fields[1] ?? "{}";
}

function toSight([records, rawRuns, rawInboxes]: Raw, runs: readonly RunId[], inboxes: readonly string[], before: Sight): Sight {
  const lastMessages = new Map(before.lastMessages);
  const seenInboxes = new Map<string, InboxSight>();
  for (const [index, inbox] of inboxes.entries()) {
    const [exists, messages] = rawInboxes[index] ?? [0, []];
    const last = messages.at(-1)?.[0];
    if (last !== undefined) lastMessages.set(inbox, last);
    seenInboxes.set(inbox, { exists: exists === 1, news: messages.map((message) => JSON.parse(textOf(message)) as InboxMessage) });
  }
  const seenRuns = new Map<RunId, RunSight>();
  for (const [index, run] of runs.entries()) {
    const raw = rawRuns[index];
    if (raw !== undefined) seenRuns.set(run, toRunSight(run, raw, before.runs.get(run)));
  }
  return {
    runs: seenRuns,
    inboxes: seenInboxes,
    records: records.map((entry) => JSON.parse(textOf(entry)) as RecordSight),
    lastRecord: records.at(-1)?.[0] ?? before.lastRecord,
    lastMessages,
  };
}

function toRunSight(
  run: RunId,
  [fields, journalList, entries, open, need, due, listeners, alone, ttls]: RawRun,
  before: RunSight | undefined,
): RunSight {
  const [state, owner, jobs, number, outcome, orphaned, grace] = fields;
  const journal = new Map<string, string>();
  const cells = new Map<string, CellSight>();
  for (let index = 0; index < journalList.length; index += 2) {
    const [field, value] = [journalList[index] ?? "", journalList[index + 1] ?? ""];
    journal.set(field, value);
    const named = /^c:(.*)#(\d+)$/.exec(field);
    if (named === null) continue;
    const [status, fence, tried, inbox] = value.split("|");
    const cell = { step: named[1] ?? "", dispatch: Number(named[2]) };
    cells.set(cellKey(cell), { ...cell, status: status ?? "", fence: Number(fence), try: Number(tried), inbox: inbox ?? "" });
  }
  const news = entries.map(([id, [, kind, , data]]): EventSight => {
    return { number: Number.parseInt(id, 10), kind: kind ?? "", data: JSON.parse(data ?? "{}") as EventSight["data"] };
  });
  const [ofRun, ofEvents, ofJournal, ofListeners, ofList] = ttls;
  return {
    run,
    state: state ?? null,
    owner: Number(owner),
    jobs: Number(jobs),
    number: Number(number),
    outcome: Number(outcome),
    journal,
    cells,
    events: [...(before?.events ?? []), ...news],
    news,
    isOpen: open !== null,
    hasNeed: need !== null,
    isDue: due !== null,
    listeners,
    isOrphaned: orphaned !== null,
    graceMs: Number(grace),
    alone,
    ttls: { run: ofRun, events: ofEvents, journal: ofJournal, listeners: ofListeners, list: ofList },
  };
}
