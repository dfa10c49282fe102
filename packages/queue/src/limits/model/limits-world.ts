import type { Redis } from "ioredis";
import { createLimitScripts, limitsKey, type LimitScripts, type LimitScriptTexts, loadLimitScripts } from "../limit-scripts.ts";

export const PROVIDER = "p";

/** What stands in Redis, read past the scripts. */
export interface LimitsSight {
  /** Members and ends of the sets of leases, by scope. */
  leases: Record<string, Record<string, number>>;
  /** Tickets, and whether each was granted. */
  tickets: Record<string, boolean>;
  /** Members of all queues. */
  queued: string[];
  due: string[];
  /** Of the provider: its day, and the tokens that it counted on it. */
  day: number;
  dayTokens: number;
  /** By scope and field, of the tokens of the last minute: the newest slot and the sum of all. */
  windows: Record<string, [newest: number, sum: number]>;
}

/** The scripts on a Redis, under a prefix and with a clock of their own. */
export interface LimitsWorld {
  scripts: LimitScripts;
  nowMs(): number;
  pass(ms: number): void;
  look(): Promise<LimitsSight>;
  /** Keys that are left, without the prefix. */
  keys(): Promise<string[]>;
  clear(): Promise<void>;
}

const LOOK = `
local limits, provider = KEYS[1], ARGV[1]
local sight = { leases = {}, tickets = {}, queued = {}, due = redis.call('ZRANGE', limits .. ':due:' .. provider, 0, -1), windows = {}, day = 0, dayTokens = 0 }
for _, id in ipairs(redis.call('SMEMBERS', limits .. ':scopes:' .. provider)) do
  local key, found = limits .. ':leases:' .. id, {}
  local members = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  for index = 1, #members, 2 do found[members[index]] = tonumber(members[index + 1]) end
  if next(found) then sight.leases[id] = found end
  local scope = redis.call('HMGET', limits .. ':scope:' .. id, 's', 'wi', 'wo', 'wt')
  if id == provider and scope[1] then
    local state = { struct.unpack('<' .. string.rep('d', 28), scope[1]) }
    sight.day, sight.dayTokens = state[3], state[5]
  end
  for index, field in ipairs({ 'wi', 'wo', 'wt' }) do
    if scope[index + 1] then
      local window, sum = { struct.unpack('<' .. string.rep('d', 27), scope[index + 1]) }, 0
      for slot = 3, 27 do sum = sum + window[slot] end
      sight.windows[id .. ' ' .. field] = { window[1], sum }
    end
  end
end
local tickets = redis.call('HGETALL', limits .. ':tickets:' .. provider)
for index = 1, #tickets, 2 do sight.tickets[tickets[index]] = cjson.decode(tickets[index + 1]).grant ~= nil end
for _, name in ipairs(redis.call('SMEMBERS', limits .. ':queues:' .. provider)) do
  for _, ticket in ipairs(redis.call('ZRANGE', limits .. ':queue:' .. provider .. ':' .. name, 0, -1)) do table.insert(sight.queued, ticket) end
end
for _, name in ipairs({ 'leases', 'tickets', 'windows' }) do if not next(sight[name]) then sight[name] = nil end end
for _, name in ipairs({ 'queued', 'due' }) do if #sight[name] == 0 then sight[name] = nil end end
return cjson.encode(sight)
`;

/** Noon of some day. */
const START_MS = 1_800_014_400_000;

function withClock(texts: LimitScriptTexts): LimitScriptTexts {
  const own = Object.entries(texts).map(([name, text]) => {
    const replaced = text.replace("redis.call('TIME')", "redis.call('HMGET', limits .. ':clock', 'seconds', 'micros')");
    if (replaced === text) throw new Error(`${name} reads no clock`);
    return [name, replaced] as const;
  });
  return Object.fromEntries(own) as LimitScriptTexts;
}

export function openLimitsWorld(redis: Redis, prefix: string, texts: LimitScriptTexts = loadLimitScripts()): LimitsWorld {
  const scripts = createLimitScripts(redis, prefix, withClock(texts));
  const key = limitsKey(prefix);
  let nowMs = START_MS;
  const setClock = (): void => {
    void redis.hset(`${key}:clock`, "seconds", Math.floor(nowMs / 1000), "micros", (nowMs % 1000) * 1000);
  };
  return {
    scripts,
    nowMs: () => nowMs,
    pass: (ms) => {
      nowMs += ms;
      setClock();
    },
    look: async () => {
      const seen = JSON.parse(String(await redis.eval(LOOK, 1, key, PROVIDER))) as Partial<LimitsSight>;
      const nothing: LimitsSight = { leases: {}, tickets: {}, queued: [], due: [], windows: {}, day: 0, dayTokens: 0 };
      return { ...nothing, ...seen };
    },
    keys: async () => (await redis.keys(`${key}:*`)).map((name) => name.slice(key.length + 1)).filter((name) => name !== "clock"),
    clear: async () => {
      const keys = await redis.keys(`${key}:*`);
      if (keys.length > 0) await redis.del(keys);
    },
  };
}
