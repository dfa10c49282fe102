import type { RunId } from "@composite-llm/core";
import type { Redis } from "ioredis";
import type { ScriptTexts } from "../lua/load-scripts.ts";
import { createKeys, type Keys } from "../run/run-keys.ts";
import { createRunScripts, type ScriptReply } from "../run/run-scripts.ts";
import type { Action } from "./action.ts";
import { createLook, type Look } from "./look.ts";
import { toScriptCall } from "./to-script-call.ts";

/** The real side of the model: the scripts on a Redis, under a prefix of their own. */
export interface World {
  keys: Keys;
  /** One call of one script. What is asked for without waiting in between is answered in order. */
  send(action: Action): Promise<ScriptReply>;
  look: Look;
  /** A process's inbox appears, as its process makes it. */
  makeInbox(inbox: string): Promise<void>;
  /** Keys whose time is over; all at one moment. */
  expire(...keys: string[]): Promise<void>;
  /** So much time passes that nobody counts any more who listened to a run without a sign. */
  passListeners(run: RunId): Promise<void>;
  /** So much time passes that a run without listeners is beyond its grace. */
  passGrace(run: RunId): Promise<void>;
  /** Removes every key and tells for how many milliseconds it would have lived on; -1: for ever. */
  clear(): Promise<Map<string, number>>;
}

const INBOX_MS = 600_000;

const CLEAR = `
local left = {}
for index, key in ipairs(redis.call('KEYS', ARGV[1])) do
  left[index] = { key, redis.call('PTTL', key) }
  redis.call('DEL', key)
end
return left
`;

export function openWorld(redis: Redis, prefix: string, texts?: ScriptTexts): World {
  const keys = createKeys(prefix);
  const scripts = createRunScripts(redis, keys, texts);
  return {
    keys,
    send: (action) => {
      const [name, args] = toScriptCall(action);
      return scripts[name](action.run, ...args);
    },
    look: createLook(redis, prefix),
    makeInbox: async (inbox) => {
      await Promise.all([redis.xadd(inbox, "*", "m", "{}"), redis.pexpire(inbox, INBOX_MS)]);
    },
    expire: async (...gone) => {
      await redis.del(...gone);
    },
    passListeners: async (run) => {
      const listeners = `${keys.run(run)}:listeners`;
      const names = await redis.zrange(listeners, 0, "-1");
      await Promise.all(names.map((name) => redis.zadd(listeners, "1", name)));
    },
    passGrace: async (run) => {
      if ((await redis.hexists(keys.run(run), "orphaned")) === 1) await redis.hset(keys.run(run), "orphaned", 1);
    },
    clear: async () => {
      const left = (await redis.eval(CLEAR, 0, `${prefix}:*`)) as [key: string, ttlMs: number][];
      return new Map(left);
    },
  };
}

/** Short names read better in a counterexample, and no script looks at their form. */
export function toRunId(number: number): RunId {
  return `r${number}` as RunId;
}
